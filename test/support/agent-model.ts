/** Requests as agents, jobs and services send them, and as somebody would who looks for a weak spot. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  ActionKind,
  attributes,
  AttributionTable,
  DecisionOutcome,
  DecisionVerdict,
  IdentityKind,
  IdentityStrength,
} from "../../schemas/index.ts";
import { builtAtUs } from "./build.ts";
import type { ModelAttribute, ModelRequest, ModelValue } from "./otlp-model.ts";
import { repositoryRoot } from "./repository.ts";

const read = (path: string): unknown => JSON.parse(readFileSync(join(repositoryRoot, path), "utf8"));
const table = AttributionTable.parse(read("schemas/attribution.json"));
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Its own test checks the shape of the file.
const known = read("test/attribute/spans.json") as {
  readonly span: {
    readonly name?: string;
    readonly attributes: Readonly<Record<string, string | boolean>>;
    readonly resource?: Readonly<Record<string, string>>;
  };
}[];

const names = attributes.map((one) => one.name);

/** Words that the rules look for. */
const words = [
  ...new Set([
    ...[...table.identities, ...table.actions]
      .flatMap((rule) => Object.values(rule.when))
      .flatMap((one) => (typeof one === "string" ? [one] : "matches" in one ? [] : one)),
    ...[IdentityKind, ActionKind, DecisionVerdict, DecisionOutcome].flatMap((one) => one.options as string[]),
    "start",
    "denied",
    "true",
  ]),
];

/** Texts around the lengths at which something is cut, of characters of one to four bytes. */
const long = fc
  .tuple(
    fc.constantFrom("x", "é", "中", "😀"),
    fc.constantFrom(64, 256, 512, 1024),
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom("", "a", "ab"),
  )
  .map(
    ([unit, length, more, head]) => head + unit.repeat(Math.max(0, Math.ceil(length / unit.length) + more)),
  );
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...words) },
  { weight: 3, arbitrary: fc.constantFrom("agent:a", "agent:b", "user:ana", "crm/eu", "mail.send", "s1") },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      " ",
      "__proto__",
      "constructor",
      "5",
      "-3",
      "1e3",
      "\0",
      "\u202e\n'\\",
      "\u{fffd}",
      "https://u:p@a.example/x/17?t=s",
      "/v1/users/42?x",
      "acme.Users/Get",
      "GET /x",
      "[]",
      '["a"]',
    ),
  },
  { weight: 1, arbitrary: long },
);
const scalar: fc.Arbitrary<ModelValue> = fc.oneof(
  { weight: 12, arbitrary: text.map((stringValue) => ({ stringValue })) },
  fc.boolean().map((boolValue) => ({ boolValue })),
  fc.integer({ min: -5, max: 2 ** 31 + 5 }).map((whole) => ({ intValue: BigInt(whole) })),
  fc
    .constantFrom(2n ** 31n - 2n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n, -(2n ** 63n))
    .map((intValue) => ({ intValue })),
  fc.double().map((doubleValue) => ({ doubleValue })),
  fc.uint8Array({ maxLength: 5 }).map((bytesValue) => ({ bytesValue })),
  fc.constant<ModelValue>({}),
);
const list: fc.Arbitrary<ModelValue> = fc
  .array(fc.oneof({ weight: 5, arbitrary: text.map((stringValue) => ({ stringValue })) }, scalar), {
    maxLength: 40,
  })
  .map((values) => ({ arrayValue: { values } }));
const value: fc.Arbitrary<ModelValue> = fc.oneof(
  { weight: 10, arbitrary: scalar },
  list,
  fc.record({ key: text, value: scalar }).map((pair) => ({ kvlistValue: { values: [pair] } })),
);
const stampNames = attributes.filter((one) => one.writtenBy === "collector").map((one) => one.name);
const lists = names.filter((name) => name === "nhi.chain" || name.startsWith("nhi.resources."));
const attribute: fc.Arbitrary<ModelAttribute> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ key: fc.constantFrom(...names), value }) },
  { weight: 2, arbitrary: fc.record({ key: fc.constantFrom(...lists), value: list }) },
  { weight: 4, arbitrary: fc.record({ key: fc.constantFrom(...stampNames), value }) },
  fc.record({ key: fc.oneof(text, fc.constantFrom("span.name", "trace.id", "nhi.identity.i")), value }),
);

const pairsOf = (one: Readonly<Record<string, string | boolean>>): ModelAttribute[] =>
  Object.entries(one).map(([key, said]) => ({
    key,
    value: typeof said === "string" ? { stringValue: said } : { boolValue: said },
  }));

const shortName = fc.constantFrom("agent:a", "agent:b", "user:ana");
/** All that a collector stamps, or some of it, beside a path that may end in the identity claimed in vain. */
const stamped: fc.Arbitrary<ModelAttribute[]> = fc
  .record(
    {
      "nhi.bound.id": shortName,
      "nhi.bound.kind": fc.constantFrom(...IdentityKind.options, "god"),
      "nhi.bound.strength": fc.constantFrom(...IdentityStrength.options, "proven"),
      "nhi.bound.rule": text,
      "nhi.bound.client": fc.oneof(shortName, text),
      "nhi.bound.contradicted": shortName,
      "nhi.chain": fc.array(shortName, { maxLength: 3 }),
    },
    { requiredKeys: ["nhi.bound.id"] },
  )
  .map((all) =>
    Object.entries(all).map(([key, said]) => ({
      key,
      value:
        typeof said === "string"
          ? { stringValue: said }
          : { arrayValue: { values: said.map((stringValue) => ({ stringValue })) } },
    })),
  );

const id = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.integer({ min: 1, max: 6 }).map((one) => new Uint8Array(length).fill(one)),
    fc.uint8Array({ minLength: length, maxLength: length }).map((all) => (all[0] === 0 ? all.fill(7) : all)),
  );

const span = fc
  .record({
    of: fc.constantFrom(...known),
    traceId: id(16),
    spanId: id(8),
    parentSpanId: fc.oneof(fc.constant(new Uint8Array(0)), fc.constant(new Uint8Array(8)), id(8)),
    name: fc.option(text),
    kind: fc.nat(6),
    minutes: fc.integer({ min: -120, max: 120 }),
    before: fc.array(attribute, { maxLength: 2 }),
    stamps: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, stamped),
    after: fc.array(attribute, { maxLength: 4 }),
    code: fc.nat(3),
  })
  .map(({ of, name, minutes, before, stamps, after, code, ...rest }): ModelSpan => {
    const startTimeUnixNano = BigInt(builtAtUs + minutes * 60_000_000) * 1000n + 999n;
    return {
      ...rest,
      traceState: "",
      name: name ?? of.span.name ?? "work",
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + 1_000_001n,
      attributes: [...before, ...stamps, ...pairsOf(of.span.attributes), ...after],
      events: [],
      links: [],
      status: { code, message: "" },
      flags: 0,
    };
  });
type ModelSpan = ModelRequest["resourceSpans"][number]["scopeSpans"][number]["spans"][number];

/** A request of spans that are all good, most of them actions. */
export const agentRequest: fc.Arbitrary<ModelRequest> = fc
  .array(
    fc.record({
      resource: fc
        .record({ of: fc.constantFrom(...known), more: fc.array(attribute, { maxLength: 3 }) })
        .map(({ of, more }) => ({ attributes: [...more, ...pairsOf(of.span.resource ?? {})] })),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: text, version: fc.constant("") }),
          spans: fc.array(span, { minLength: 1, maxLength: 4 }),
          schemaUrl: fc.constant(""),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      schemaUrl: fc.constant(""),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((resourceSpans) => ({ resourceSpans }));

/** Who delivered it. */
export const anyOrigin = fc.record({
  tenant: fc.constantFrom("default", "acme 'x'", "__proto__"),
  source: fc.constantFrom("", "ci", "o'brien\\"),
  verified: fc.uniqueArray(fc.constantFrom("agent:a", "agent:triage", "unknown")).map((all) => new Set(all)),
  bound: fc.boolean(),
});
