/** What is counted holds the limits of a grant in any stretch of time, is bounded, and is read back as it was packed. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import type { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import type { ActionFacts } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { Tally } from "../../policy/tally.ts";
import { Usage } from "../../policy/usage.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import type { AuthorityOutcome, Conditions } from "../../schemas/index.ts";
import { asked, answered, bookOf, factsWith, given, usOf } from "../support/policy.ts";

const startUs = usOf("2026-03-02T12:00:00Z");
const all = Number.POSITIVE_INFINITY;

/** Judges an action, and lets it go ahead where it is granted. */
function act(book: PolicyBook, usage: Usage, facts: ActionFacts, isOk = true): AuthorityOutcome {
  const { verdict, authority } = decide(
    book,
    { ...facts, resultBytes: undefined, kind: "tool_call", chainId: "" },
    usage,
  );
  const used = {
    book: book.of("default"),
    control: all,
    facts,
    authority: authority!,
    usage,
    usedAtUs: facts.startedAtUs,
  };
  if (verdict === "allow") beginUse(used);
  if (verdict === "allow") endUse(used, { isOk, atUs: facts.startedAtUs + 1 });
  return authority!.outcome;
}

interface Step {
  readonly s: number;
  readonly operation?: string;
  readonly isOk?: boolean;
  readonly bytes?: number;
  readonly session?: string;
  readonly outcome: AuthorityOutcome;
}

const tables: readonly {
  readonly name: string;
  readonly conditions: Conditions;
  readonly steps: readonly Step[];
}[] = [
  {
    name: "a rate holds for any minute",
    conditions: { rate: { max: 2, per: "1m" } },
    steps: [
      { s: 0, outcome: "granted" },
      { s: 30, outcome: "granted" },
      { s: 59, outcome: "over_rate" },
      { s: 60, outcome: "granted" },
      { s: 89, outcome: "over_rate" },
      { s: 90, outcome: "granted" },
    ],
  },
  {
    name: "what was refused is no use",
    conditions: { rate: { max: 1, per: "1m" } },
    steps: [
      { s: 0, outcome: "granted" },
      { s: 50, outcome: "over_rate" },
      { s: 60, outcome: "granted" },
    ],
  },
  {
    name: "tries after the first that failed",
    conditions: { retries: { max: 2, per: "1h" } },
    steps: [
      { s: 0, isOk: false, outcome: "granted" },
      { s: 1, isOk: false, outcome: "granted" },
      { s: 2, isOk: false, outcome: "granted" },
      { s: 3, outcome: "over_retries" },
      { s: 4, operation: "tickets.close", outcome: "granted" },
      { s: 3599, outcome: "over_retries" },
      { s: 3601, isOk: false, outcome: "granted" },
      { s: 3602, outcome: "granted" },
    ],
  },
  {
    name: "a success ends the count of tries",
    conditions: { retries: { max: 1, per: "1h" } },
    steps: [
      { s: 0, isOk: false, outcome: "granted" },
      { s: 1, isOk: true, outcome: "granted" },
      { s: 2, isOk: false, outcome: "granted" },
      { s: 3, isOk: false, outcome: "granted" },
      { s: 4, outcome: "over_retries" },
    ],
  },
  {
    name: "steps in their order, each session its own",
    conditions: { workflow: { steps: ["plan", "test*", "deploy"] } },
    steps: [
      { s: 0, operation: "deploy", outcome: "out_of_order" },
      { s: 1, operation: "plan", outcome: "granted" },
      { s: 2, operation: "deploy", outcome: "out_of_order" },
      { s: 3, operation: "test.unit", isOk: false, outcome: "granted" },
      { s: 4, operation: "deploy", outcome: "out_of_order" },
      { s: 5, operation: "test.unit", outcome: "granted" },
      { s: 6, operation: "test.load", outcome: "granted" },
      { s: 7, operation: "plan", outcome: "out_of_order" },
      { s: 8, operation: "deploy", session: "other", outcome: "out_of_order" },
      { s: 9, operation: "deploy", outcome: "granted" },
      { s: 10, operation: "elsewhere", outcome: "out_of_order" },
    ],
  },
  {
    name: "a volume is full once it has come back",
    conditions: { volume: { bytesMax: 1000, per: "1m" } },
    steps: [
      { s: 0, bytes: 600, outcome: "granted" },
      { s: 1, bytes: 900, outcome: "granted" },
      { s: 2, bytes: 1, outcome: "over_volume" },
      { s: 70, bytes: 1, outcome: "granted" },
    ],
  },
];

test.each(tables)("$name", ({ conditions, steps }) => {
  const book = bookOf([given({ operations: ["*"], conditions })]);
  const usage = new Usage();
  const said = steps.map(({ s, operation = "tickets.open", isOk = true, bytes, session = "s1" }) =>
    act(
      book,
      usage,
      factsWith({ operation, sessionId: session, resultBytes: bytes, startedAtUs: startUs + s * 1e6 }),
      isOk,
    ),
  );
  expect(said).toEqual(steps.map(({ outcome }) => outcome));
});

test("one action that brings more than all there may be is over the volume, and counts", () => {
  const book = bookOf([given({ conditions: { volume: { bytesMax: 1000, per: "1m" } } })]);
  const usage = new Usage();
  const facts = factsWith({ resultBytes: 5000 });
  const authority = authorise(book, all, facts, usage);
  expect(authority.outcome).toBe("over_volume");
  const used = { book: book.of("default"), control: all, facts, authority, usage, usedAtUs: startUs };
  beginUse(used);
  endUse(used, { isOk: true, atUs: startUs + 1 });
  expect(authorise(book, all, factsWith({ startedAtUs: startUs + 2e6 }), usage).outcome).toBe("over_volume");
});

test("an approval is good for one action", () => {
  const digest = "d".repeat(64);
  const book = bookOf([given({ ask: true }), asked(digest), answered("approved", "2026-03-02T11:00:00Z")]);
  const usage = new Usage();
  const facts = factsWith({ approvalId: "approval-1", digest });
  expect([act(book, usage, facts), act(book, usage, { ...facts, startedAtUs: startUs + 1 })]).toEqual([
    "granted",
    "unapproved",
  ]);
});

test("a new version of a grant goes on counting", () => {
  const rate = { max: 1, per: "1m" };
  const usage = new Usage();
  act(bookOf([given({ conditions: { rate } })]), usage, factsWith());
  const renewed = bookOf([
    given({ conditions: { rate } }),
    given({ policy: { id: "p", version: "2" }, conditions: { rate } }),
  ]);
  expect(act(renewed, usage, factsWith({ startedAtUs: startUs + 1 }))).toBe("over_rate");
});

describe("a tally", () => {
  const quotas = fc.record({
    max: fc.constantFrom(1, 2, 5, 16, 17, 40),
    perUs: fc.constantFrom(1000, 60_000, 3_600_000),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });

  test("lets no stretch of its time hold more than the quota, and refuses little more than it must", () => {
    fc.assert(
      fc.property(quotas, gaps, (quota, all_) => {
        const tally = new Tally();
        const taken: number[] = [];
        let atUs = 1e15;
        for (const gap of all_) {
          atUs += gap;
          const isFree = tally.before(atUs, quota, false) < quota.max;
          const within = (us: number): number => taken.filter((one) => one > atUs - us).length;
          if (isFree) {
            tally.add(atUs, 1, quota, false);
            taken.push(atUs);
          }
          expect(within(quota.perUs)).toBeLessThanOrEqual(quota.max);
          expect(isFree || within(quota.perUs * (1 + 1 / 15) + 1) >= quota.max).toBe(true);
        }
      }),
    );
  });

  test("lets nobody escape by telling of long ago", () => {
    const quota = { max: 3, perUs: 60e6 };
    const tally = new Tally();
    let taken = 0;
    for (let nth = 0; nth < 1000; nth += 1) {
      const atUs = 1e15 - nth * 3600e6;
      if (tally.before(atUs, quota, false) >= quota.max) continue;
      tally.add(atUs, 1, quota, false);
      taken += 1;
    }
    expect(taken).toBeLessThanOrEqual(6);
  });
});

describe("usage", () => {
  const grants = Array.from({ length: 24 }, (_, nth) =>
    given({
      id: `grant-${nth}`,
      operations: [`op${nth}`],
      ask: nth === 0,
      conditions: {
        rate: { max: nth % 2 === 0 ? 5 : 1000, per: "1h" },
        volume: { bytesMax: 1e9, per: "1h" },
        retries: { max: 3, per: "10m" },
        workflow: { steps: ["*"] },
      },
    }),
  );
  const book = bookOf(grants);
  const acts = fc.array(
    fc.record({
      nth: fc.nat({ max: 23 }),
      resource: fc.nat({ max: 40 }),
      session: fc.nat({ max: 40 }),
      gap: fc.integer({ min: -600_000_000, max: 600_000_000 }),
      bytes: fc.oneof(fc.nat({ max: 1e6 }), fc.constantFrom(Number.NaN, -5, 1e300, Number.POSITIVE_INFINITY)),
      isOk: fc.boolean(),
    }),
    { maxLength: 300 },
  );
  type Acts = typeof acts extends fc.Arbitrary<infer T> ? T : never;

  function run(usage: Usage, some: Acts, from: number): AuthorityOutcome[] {
    let atUs = from;
    return some.map(({ nth, resource, session, gap, bytes, isOk }) => {
      atUs += gap;
      const facts = factsWith({
        operation: `op${nth}`,
        resources: [{ id: `r${resource}` }],
        sessionId: `s${session}`,
        startedAtUs: atUs,
        resultBytes: bytes,
        approvalId: `a${resource}`,
      });
      return act(book, usage, facts, isOk);
    });
  }

  function packed(usage: Usage): Buffer {
    const writer = new ByteWriter();
    usage.pack(writer);
    return Buffer.from(writer.finish());
  }

  test("is read back as it was packed, goes on as if nothing had happened, and stays small", () => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        const usage = new Usage();
        run(usage, before, startUs);
        const bytes = packed(usage);
        expect(bytes.length).toBeLessThanOrEqual(16 * 1024);
        const again = new Usage();
        again.unpack(new ByteReader(bytes));
        expect(packed(again)).toEqual(bytes);
        expect(run(again, after, startUs + 1e9)).toEqual(run(usage, after, startUs + 1e9));
        expect(packed(again)).toEqual(packed(usage));
      }),
      { numRuns: 60 },
    );
  });

  test("of nothing takes two bytes", () => {
    expect(packed(new Usage()).length).toBe(2);
  });
});
