/**
 * Goal: what a guard says before an action is what the detector says after it, and the log may be cut anywhere.
 * Method: generated actions pass a guard one after the other; those that it lets go ahead, and those it holds back, are the log.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { factsOf } from "../../policy/facts.ts";
import { Usage } from "../../policy/usage.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import type { AuthorityOutcome } from "../../schemas/index.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { given } from "../support/policy.ts";
import { Engine, type Judged } from "../support/stepped.ts";

const act = fc.record({
  operation: fc.constantFrom("plan", "apply", "tickets.open", "mail.send"),
  sessionId: fc.constantFrom("s1", "s2"),
  status: fc.constantFrom<"ok" | "error">("ok", "ok", "error"),
  gapS: fc.integer({ min: 1, max: 60 }),
  bytes: fc.nat({ max: 60 }),
});

const book = new PolicyBook();
[
  given({ id: "rate", operations: ["tickets.*"], conditions: { rate: { max: 3, per: "2m" } } }),
  given({
    id: "steps",
    operations: ["plan", "apply"],
    conditions: { workflow: { steps: ["plan", "apply"] } },
  }),
  given({
    id: "tries",
    operations: ["mail.*"],
    conditions: { retries: { max: 1, per: "5m" }, volume: { bytesMax: 1_000_000, per: "10m" } },
  }),
].forEach((record, position) => book.enter(position, record));

test("guard and detector agree, wherever the log is cut", () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 40 }), fc.nat({ max: 40 }), (acts, cut) => {
      const usage = new Usage();
      const guarded: AuthorityOutcome[] = [];
      let startedAtUs = builtAtUs;
      const log = acts.map(({ gapS, bytes, status, ...parts }, offset): Judged => {
        startedAtUs += gapS * 1e6;
        const asked = { ...parts, startedAtUs, attributes: { "nhi.result.bytes": String(bytes) } };
        const before = judgedWith(offset, { ...asked, status }).action;
        const facts = factsOf(before);
        const { verdict, authority } = decide(
          book,
          { ...facts, resultBytes: undefined, kind: before.kind, chainId: "" },
          usage,
        );
        guarded.push(authority!.outcome);
        if (verdict !== "allow") {
          const decision = { verdict, outcome: "blocked" as const };
          return judgedWith(offset, { ...asked, attributes: {}, status: "denied", decision });
        }
        const used = {
          book: book.of("default"),
          control: Number.POSITIVE_INFINITY,
          facts,
          authority: authority!,
          usage,
          usedAtUs: startedAtUs,
        };
        beginUse(used);
        endUse(used, { isOk: status === "ok", atUs: before.endedAtUs });
        return judgedWith(offset, { ...asked, status });
      });
      const engine = new Engine([], undefined, undefined, book, true);
      const seen = [log.slice(0, cut), log.slice(cut)].flatMap((part) =>
        part.length === 0 ? [] : engine.step(part).actions.map((one) => one.authority.outcome),
      );
      expect(seen).toEqual(guarded);
      for (const one of seen) outcomes.add(one);
    }),
    { numRuns: 300 },
  );
  expect([...outcomes].toSorted()).toEqual(["granted", "out_of_order", "over_rate", "over_retries"]);
});

test("a duplicate is counted once", () => {
  const acts = [0, 1].map((nth) =>
    judgedWith(nth, { operation: "tickets.open", startedAtUs: builtAtUs + nth * 1e6 }),
  );
  const engine = new Engine([], undefined, undefined, book, true);
  for (let nth = 0; nth < 5; nth += 1)
    engine.step(
      acts.map((one) => ({ ...one, position: { ...one.position, offset: one.position.offset + nth * 10 } })),
    );
  const later = engine.step([20, 21].map((nth) => judgedWith(nth, { startedAtUs: builtAtUs + nth * 1e6 })));
  expect(later.actions.map((one) => one.authority.outcome)).toEqual(["granted", "over_rate"]);
});

test("a clock that goes ahead doesn't escape what is counted", () => {
  const engine = new Engine([], undefined, undefined, book, true);
  const ahead = Array.from({ length: 5 }, (_, nth) => {
    const one = judgedWith(nth, { startedAtUs: builtAtUs + nth * 3600e6 });
    return { ...one, position: { ...one.position, atMs: builtAtUs / 1000 + nth } };
  });
  const outcomes = engine.step(ahead).actions.map((one) => one.authority.outcome);
  expect(outcomes).toEqual(["granted", "granted", "granted", "over_rate", "over_rate"]);
});
