/**
 * Goal: the attribution table is sound as data: any language that has RE2 can read it, and the decoder keeps what it asks.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { compileAttribution } from "../../detector/attribute/attribute.ts";
import { compileTable } from "../../detector/attribute/table.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { attributes, AttributionTable, type Condition } from "../../schemas/index.ts";
import { repositoryRoot } from "../support/repository.ts";

const table = AttributionTable.parse(
  JSON.parse(readFileSync(join(repositoryRoot, "schemas/attribution.json"), "utf8")),
);
const rules = [...table.identities, ...table.actions];
const known = new Set(attributes.map((one) => one.name));
const ofTheSpan = new Set(["span.name", "span.kind", "trace.id", "scope.name"]);

const conditions: readonly (readonly [string, Condition])[] = [
  ...rules.flatMap((rule) => Object.entries(rule.when)),
  ...table.actions.flatMap((rule) => Object.entries(rule.mutatingWhen ?? {})),
];
const templates = [
  ...table.identities.flatMap((rule) => rule.name),
  ...table.actions.flatMap((rule) => [
    ...rule.operation,
    ...(rule.resource ?? []),
    ...(rule.resourceKind ?? []),
  ]),
  ...Object.values(table.fields).flat(),
];
const placeholders = templates.flatMap((one) =>
  Array.from(one.matchAll(/\{([^}:]*)/gu), ([, names = ""]) => names),
);
const sources = rules
  .map((rule) => rule.kind)
  .flatMap((kind) => (typeof kind === "string" ? [] : [kind.from]));
const namesUsed = [...conditions.map(([names]) => names), ...placeholders, ...sources].flatMap((names) =>
  names.split("|"),
);

describe("the attribution table", () => {
  test("names no attribute that is not in the list of attributes", () => {
    expect(namesUsed.length).toBeGreaterThan(100);
    expect([...new Set(namesUsed)].filter((name) => !known.has(name) && !ofTheSpan.has(name))).toEqual([]);
  });

  test("has no two rules of one id", () => {
    for (const list of [table.identities, table.actions])
      expect(new Set(list.map((one) => one.id)).size).toBe(list.length);
  });

  test("uses regular expressions that RE2 reads too: no lookaround, no backreference, no possessive or atomic group", () => {
    const patterns = conditions.flatMap(([, one]) =>
      typeof one === "object" && "matches" in one ? [one.matches] : [],
    );
    expect(patterns.length).toBeGreaterThan(5);
    expect(patterns.filter((pattern) => beyondRe2.test(pattern))).toEqual([]);
  });

  test.each(["(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "(?<n>a)\\k<n>", "(?>a)", "a*+"])(
    "%s would be noticed as beyond RE2",
    (pattern) => {
      expect(beyondRe2.test(pattern)).toBe(true);
    },
  );

  test("refuses a placeholder with a filter that does not exist", () => {
    const wrong = {
      ...table,
      identities: [{ id: "x", when: {}, name: ["{service.name:shout}"], kind: "bot", strength: "claimed" }],
    } as const;
    expect(() => compileTable(AttributionTable.parse(wrong))).toThrow("names no known filter");
  });
});

const beyondRe2 = /\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k<|[*+?}]\+/u;

test("the decoder reads every attribute that attribution asks for", () => {
  const { names } = shippedAttributor();
  const asked = new Set<string>();
  // What compiling asks for is all that is ever read: a row holds nothing else.
  const noting = { ...names, placeOf: (name: string) => (asked.add(name), names.placeOf(name)) };
  compileAttribution({ ...shippedAttributor(), names: noting });
  expect(asked).toContain("nhi.resources.origin");
  expect([...asked, ...namesUsed].filter((name) => names.placeOf(name) === -1)).toEqual([]);
});

test("the list of attributes names each once, and stores nothing that may hold content", () => {
  expect(known.size).toBe(attributes.length);
  // By its convention a summary holds verbs and names alone, of low cardinality.
  const stored = attributes
    .filter((one) => one.stored && one.name !== "db.query.summary")
    .map((one) => one.name);
  expect(
    stored.filter((name) =>
      /url|uri|query|statement|message|prompt|arguments|body|header|input|output/u.test(name),
    ),
  ).toEqual([]);
});
