/**
 * Goal: spans of other people's libraries are recognised without our SDK, under current and old names.
 * Method: `spans.json` holds spans as those libraries emit them, and who did what by the shipped attribution table.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { type Attributed, attributed } from "../support/attributed.ts";
import { spanWith } from "../support/build.ts";
import { repositoryRoot } from "../support/repository.ts";

const texts = z.record(z.string(), z.union([z.string(), z.boolean()]));

const SpanCase = z.strictObject({
  name: z.string(),
  span: z.strictObject({
    name: z.string().exactOptional(),
    kind: z.enum(["internal", "client", "server"]).exactOptional(),
    attributes: texts,
    resource: z.record(z.string(), z.string()).exactOptional(),
  }),
  is: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("Parts of the action; null for a span that is none."),
});
type SpanCase = z.infer<typeof SpanCase>;

const cases = z
  .array(SpanCase)
  .parse(JSON.parse(readFileSync(join(repositoryRoot, "test/attribute/spans.json"), "utf8")));

const outcomeOf = ({ span }: SpanCase): Attributed => attributed(spanWith(span));

describe("a span", () => {
  test.each(cases)("$name", (one) => {
    const expected = one.is === null ? { kind: "no_action" } : { kind: "action", action: one.is };
    expect(outcomeOf(one)).toMatchObject(expected);
  });
});

test("every rule of the table is met by a span above", () => {
  const ids = z.array(z.object({ id: z.string() }));
  const table = z
    .object({ identities: ids, actions: ids })
    .parse(JSON.parse(readFileSync(join(repositoryRoot, "schemas/attribution.json"), "utf8")));
  const met = new Set(
    cases
      .map(outcomeOf)
      .flatMap((one) => (one.kind === "action" ? [one.action.rule, one.action.identityRule] : [])),
  );
  expect([...table.identities, ...table.actions].map((rule) => rule.id).filter((id) => !met.has(id))).toEqual(
    [],
  );
});
