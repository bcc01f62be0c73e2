/**
 * Goal: whoever tries to act without authority is blocked.
 * Method: the adversary's tries as data, those that policy alone stops; digests by generated actions. Each case acts within the grant
 * but for what it tries, and is asked without that as well, so what stops it is that.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { type ApprovedAction, digestOf } from "../../policy/digest.ts";
import { Usage } from "../../policy/usage.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { baseFacts, baseLog, given, instant, type Tried } from "../support/authority-base.ts";
import { authorityCases } from "../support/authority-cases.ts";

function bookOf(log: readonly ControlRecord[]): PolicyBook {
  const book = new PolicyBook();
  log.forEach((record, position) => book.enter(position, record));
  return book;
}

/** What is said of it once what came before it has gone ahead, all of which has to be allowed. */
function verdictOf({ log = baseLog, facts, before = [] }: Tried): ReturnType<typeof decide> {
  const book = bookOf(log);
  const usage = new Usage();
  for (const { facts: earlier, isOk } of before) {
    const whole = { ...baseFacts, ...earlier };
    const { verdict, authority } = decide(book, { ...whole, resultBytes: undefined }, usage);
    expect(verdict).toBe("allow");
    const { startedAtUs: usedAtUs } = whole;
    const used = {
      book: book.of("default"),
      control: Infinity,
      facts: whole,
      authority: authority!,
      usage,
      usedAtUs,
    };
    beginUse(used);
    endUse(used, { isOk, atUs: usedAtUs + 1 });
  }
  return decide(book, { ...baseFacts, ...facts }, usage);
}

test("there are a hundred and more, and no two are one", () => {
  expect(authorityCases.length).toBeGreaterThan(100);
  const names = authorityCases.map((one) => `${one.kind}: ${one.tried}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(authorityCases.map((one) => [`${one.kind}: ${one.tried}`, one] as const))("%s", (_, one) => {
  // Without the trick it is allowed, so that what is blocked is blocked for that.
  expect(verdictOf(one.but ?? {}).verdict).toBe("allow");
  const { verdict, reason } = verdictOf(one);
  expect([verdict === "allow", reason]).toEqual([false, one.by]);
});

const word = fc.string({
  maxLength: 6,
  unit: fc.constantFrom("a", "b", "\0", "/", "é", "answerable.action.1"),
});
const action: fc.Arbitrary<ApprovedAction> = fc.record({
  tenant: word,
  identityId: word,
  operation: word,
  resources: fc.array(word, { maxLength: 3 }),
  argumentDigests: fc.dictionary(word, word, { maxKeys: 3 }),
  taskId: word,
});

/** What makes two actions one: the order of resources and of arguments says nothing. */
const sameness = (one: ApprovedAction): string =>
  JSON.stringify([
    one.tenant,
    one.identityId,
    one.operation,
    one.taskId,
    one.resources.toSorted(),
    Object.entries(one.argumentDigests).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);

describe("a digest is of one action", () => {
  test("two actions have one digest when they are the same, and only then", () => {
    fc.assert(
      fc.property(action, action, (one, other) => {
        expect(digestOf(one) === digestOf(other)).toBe(sameness(one) === sameness(other));
      }),
      { numRuns: 2000 },
    );
  });

  test("nothing moves from one part into another", () => {
    const base: ApprovedAction = {
      tenant: "t",
      identityId: "ab",
      operation: "cd",
      resources: ["r1", "r2"],
      argumentDigests: { x: "1", y: "2" },
      taskId: "",
    };
    const others: readonly ApprovedAction[] = [
      { ...base, identityId: "a", operation: "bcd" },
      { ...base, operation: "c", taskId: "d" },
      { ...base, operation: "", taskId: "cd" },
      { ...base, resources: ["r1r2"] },
      { ...base, resources: ["r1", "r2", ""] },
      { ...base, resources: ["r1", "r2", "r2"] },
      { ...base, resources: ["r1"], argumentDigests: { r2: "", x: "1", y: "2" } },
      { ...base, resources: ["r1", "r2", "x", "1"], argumentDigests: { y: "2" } },
      { ...base, argumentDigests: { x: "2", y: "1" } },
      { ...base, argumentDigests: { x1: "", y: "2" } },
      { ...base, argumentDigests: { x: "1" } },
    ];
    const digests = [base, ...others].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

test("two versions that race are ordered by the log: whoever has read as much decides alike", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (covers) => {
      const versions = covers.map((does) => given({ operations: [does ? "tickets.read" : "mail.*"] }));
      const book = bookOf([...baseLog, ...versions]);
      const verdict = decide(book, { ...baseFacts, startedAtUs: instant("12:00:00") }).verdict;
      expect(verdict).toBe(covers.at(-1) === true ? "allow" : "deny");
    }),
  );
});
