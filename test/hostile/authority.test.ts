/**
 * Goal: whoever tries to act without authority is blocked, or found.
 * Method: the adversary's tries as data. Here those that policy alone stops; digests by generated actions. Each case acts within the
 * grant but for what it tries, so what stops it is that.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { type ApprovedAction, digestOf } from "../../policy/digest.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { authorityCases, baseFacts, baseLog, given, instant } from "../support/authority-cases.ts";

function bookOf(log: readonly ControlRecord[]): PolicyBook {
  const book = new PolicyBook();
  log.forEach((record, position) => book.enter(position, record));
  return book;
}

test("what is covered is allowed, so that what is blocked is blocked for its trick", () => {
  expect(decide(bookOf(baseLog), baseFacts).verdict).toBe("allow");
});

const tried = authorityCases.filter((one) => one.takes === undefined);

test("there are a hundred and more, and no two are one", () => {
  expect(authorityCases.length).toBeGreaterThan(100);
  const names = authorityCases.map((one) => `${one.kind}: ${one.tried}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(tried.map((one) => [`${one.kind}: ${one.tried}`, one] as const))("%s", (_, one) => {
  const { verdict, reason } = decide(bookOf(one.log ?? baseLog), { ...baseFacts, ...one.facts });
  expect([one.expected, verdict === "allow", reason]).toEqual(["blocked", false, one.by]);
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
