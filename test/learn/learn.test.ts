import type { Json } from "../../detector/learn/json.ts";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { remember } from "../../detector/learn/bounded.ts";
import { type Evidence, gate, gateOpen, gather, noEvidence } from "../../detector/learn/evidence.ts";
import {
  type IdentityState,
  newIdentityState,
  packState,
  unpackState,
} from "../../detector/learn/identity-state.ts";
import { Severity } from "../../schemas/index.ts";

const dayUs = 86_400_000_000;

function evidenceOf(actions: number, days: number, sessions: number): Evidence {
  let evidence = noEvidence;
  for (let n = 0; n < actions; n += 1) evidence = gather(evidence, (n % days) * dayUs, `s${n % sessions}`);
  return evidence;
}

describe("the evidence gate", () => {
  test.each([
    { name: "opens at 200 actions on 7 days in 3 sessions", actions: 200, days: 7, sessions: 3, open: true },
    { name: "is closed at 199 actions", actions: 199, days: 7, sessions: 3, open: false },
    { name: "is closed on 6 days", actions: 1000, days: 6, sessions: 3, open: false },
    { name: "is closed in 2 sessions", actions: 1000, days: 7, sessions: 2, open: false },
    { name: "stays open", actions: 5000, days: 40, sessions: 40, open: true },
  ])("$name", ({ actions, days, sessions, open }) => {
    expect(gateOpen(evidenceOf(actions, days, sessions))).toBe(open);
  });

  test("counts a day by UTC, not by distance", () => {
    const evidence = gather(gather(noEvidence, dayUs - 1, "s"), dayUs, "s");
    expect(evidence.days).toEqual([0, 1]);
  });

  test("is bounded in what it remembers, and its bounds lie beyond the gate", () => {
    const { days, sessions } = evidenceOf(2000, 100, 100);
    expect(days.length).toBeLessThanOrEqual(32);
    expect(sessions.length).toBeLessThanOrEqual(8);
    expect(days.length).toBeGreaterThanOrEqual(gate.days);
    expect(sessions.length).toBeGreaterThanOrEqual(gate.sessions);
  });
});

describe("a bounded memory", () => {
  test("forgets the one unused longest", () => {
    const memory = new Set<string>();
    for (const key of ["a", "b", "c", "a", "d"]) remember(memory, key, 3);
    expect([...memory]).toEqual(["c", "a", "d"]);
  });
});

const text = fc.string({ unit: "binary", maxLength: 12 });
const instant = fc.nat({ max: 2 ** 52 });
const states: fc.Arbitrary<IdentityState> = fc.record({
  evidence: fc.record({
    actions: fc.nat(),
    days: fc.array(fc.nat(), { maxLength: 32 }),
    sessions: fc.array(text, { maxLength: 8 }),
  }),
  lastAtUs: instant,
  recent: fc.array(text).map((all) => new Set(all)),
  reported: fc.array(text).map((all) => new Set(all)),
  episode: fc.option(
    fc.record({ id: text, lastAtUs: instant, severity: fc.constantFrom(...Severity.options) }),
    { nil: undefined },
  ),
  memories: fc
    .array(
      fc.tuple(
        text,
        // Through JSON once: a memory is JSON, which knows no negative zero.
        fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json),
      ),
    )
    .map((all) => new Map(all)),
});

describe("a packed state", () => {
  test("is unpacked to the same, order of memory included", () => {
    fc.assert(
      fc.property(states, (state) => {
        const again = unpackState(packState(state));
        expect(again).toEqual(state);
        expect([...again.recent]).toEqual([...state.recent]);
        expect(packState(again)).toBe(packState(state));
      }),
    );
  });

  test.each([0, 2, "1", undefined])("of version %p is refused, never misread", (v) => {
    const packed = { ...(JSON.parse(packState(newIdentityState())) as object), v };
    expect(() => unpackState(JSON.stringify(packed))).toThrow("this program reads version 1");
  });
});
