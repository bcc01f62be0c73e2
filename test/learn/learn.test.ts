import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { gate, GatheredEvidence } from "../../detector/learn/evidence.ts";
import { fingerprintOf } from "../../detector/learn/fingerprint.ts";
import { IdentityState, type Remembering } from "../../detector/learn/identity-state.ts";
import type { Block } from "../../detector/learn/memory.ts";
import { Novelty } from "../../detector/learn/novelty.ts";
import { Severity } from "../../schemas/index.ts";

const dayUs = 86_400_000_000;

function evidenceOf(actions: number, days: number, sessions: number): GatheredEvidence {
  const evidence = new GatheredEvidence();
  for (let n = 0; n < actions; n += 1) evidence.gather((n % days) * dayUs, `s${n % sessions}`);
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
    expect(evidenceOf(actions, days, sessions).gateOpen).toBe(open);
  });

  test("counts a day by UTC, not by distance", () => {
    const evidence = new GatheredEvidence();
    evidence.gather(dayUs - 1, "s");
    evidence.gather(dayUs, "s");
    expect([evidence.activeDays, evidence.sessions]).toEqual([2, 1]);
  });

  test("is bounded in what it remembers, and its bounds lie beyond the gate", () => {
    const { activeDays, sessions } = evidenceOf(2000, 100, 100);
    expect(activeDays).toBeLessThanOrEqual(14);
    expect(sessions).toBeLessThanOrEqual(4);
    expect(activeDays).toBeGreaterThanOrEqual(gate.days);
    expect(sessions).toBeGreaterThanOrEqual(gate.sessions);
  });
});

/** Counts; a memory of the simplest kind. */
class Count implements Block {
  seen = 0;
  pack(writer: ByteWriter): void {
    writer.varint(this.seen);
  }
  unpack(reader: ByteReader): void {
    this.seen = reader.varint();
  }
}

const remembering = (version: number): Remembering[] => [
  { id: "nothing", version: 1, newMemory: () => ({}) },
  { id: "counter", version, newMemory: () => ({ count: new Count() }) },
  { id: "novelty", version: 3, newMemory: () => ({ one: new Novelty(), other: new Novelty() }) },
];
const detectors = remembering(1);

/** What can happen to a state. */
const act = fc.oneof(
  fc.record({ gather: fc.nat({ max: 2 ** 52 }), session: fc.string({ maxLength: 2 }) }),
  fc.record({ report: fc.string({ maxLength: 2 }) }),
  fc.record({ episode: fc.constantFrom(...Severity.options), lastAtUs: fc.maxSafeInteger().map(Math.abs) }),
  fc.record({ count: fc.nat() }),
  fc.record({ value: fc.nat({ max: 9 }), valuesMax: fc.integer({ min: 1, max: 8 }), ordinal: fc.nat() }),
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

function apply(state: IdentityState, one: Act): void {
  const { memories } = state;
  if ("gather" in one) {
    state.evidence.gather(one.gather, one.session);
    state.lastAtUs = one.gather;
  } else if ("report" in one) state.report(one.report);
  else if ("episode" in one)
    state.episode = { id: "0123456789abcdef".repeat(2), severity: one.episode, lastAtUs: one.lastAtUs };
  else if ("count" in one) (memories[1] as { count: Count }).count.seen = one.count;
  else
    (memories[2] as { one: Novelty }).one.observe(
      fingerprintOf(String(one.value)),
      one.valuesMax,
      one.ordinal,
    );
}

function packed(state: IdentityState): Buffer {
  const writer = new ByteWriter(1);
  state.pack(writer, detectors);
  return Buffer.from(writer.finish());
}

const acts = fc.array(act, { maxLength: 40 });

function stateOf(all: readonly Act[]): IdentityState {
  const state = new IdentityState(detectors);
  for (const one of all) apply(state, one);
  return state;
}

describe("a packed state", () => {
  test("is unpacked to the same, and goes on as if nothing had happened", () => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        const state = stateOf(before);
        const again = IdentityState.unpack(packed(state), detectors);
        expect(packed(again)).toEqual(packed(state));
        expect(again).toMatchObject({ lastAtUs: state.lastAtUs, episode: state.episode });
        for (const one of after) {
          apply(state, one);
          apply(again, one);
        }
        expect(packed(again)).toEqual(packed(state));
        expect(again.evidence.gateOpen).toBe(state.evidence.gateOpen);
      }),
    );
  });

  test.each([0, 1, 4, 0x7b])("of version %p is refused, never misread", (version) => {
    const bytes = packed(stateOf([]));
    bytes[0] = version;
    expect(() => IdentityState.unpack(bytes, detectors)).toThrow(
      `stored state has version ${String(version)}, this program reads version 3`,
    );
  });

  test("that is cut off is refused", () => {
    const bytes = packed(stateOf([{ count: 5 }, { report: "a" }]));
    for (let length = 0; length < 20; length += 1)
      expect(() => IdentityState.unpack(bytes.subarray(0, length), detectors)).toThrow(RangeError);
    expect(() => IdentityState.unpack(bytes.subarray(0, -1), detectors)).toThrow(RangeError);
  });

  test("gives a detector of another version a new memory, and the others theirs", () => {
    const value = { value: 1, valuesMax: 8, ordinal: 0 };
    const bytes = packed(stateOf([{ count: 5 }, value, { gather: dayUs, session: "s" }]));
    const again = IdentityState.unpack(bytes, remembering(2));
    expect(again.evidence.actions).toBe(1);
    expect(again.memories[1]).toEqual({ count: new Count() });
    expect((again.memories[2] as { one: Novelty }).one.has(fingerprintOf("1"))).toBe(true);
    const fewer = remembering(1).slice(2);
    expect(IdentityState.unpack(bytes, fewer).memories).toHaveLength(1);
  });
});

describe("what is new", () => {
  const see = (novelty: Novelty, values: readonly string[], room: number, ordinal = 0): void => {
    for (const value of values) novelty.observe(fingerprintOf(value), room, ordinal);
  };

  test("is known while there is room for all values", () => {
    const novelty = new Novelty();
    see(novelty, ["a", "b", "a", "a"], 2);
    expect(novelty).toMatchObject({ observations: 4, news: 2, canTell: true, since: undefined });
    expect([novelty.has(fingerprintOf("b")), novelty.has(fingerprintOf("c"))]).toEqual([true, false]);
    expect(novelty.bits).toBe(-Math.log2(2.5 / 5));
  });

  test("is not known any more when there were too many, and counted from anew as soon as there is more room", () => {
    const novelty = new Novelty();
    see(novelty, ["a", "b", "c", "a"], 2);
    expect(novelty.canTell).toBe(false);
    see(novelty, ["x"], 3, 77);
    expect(novelty).toMatchObject({ observations: 1, news: 1, canTell: true, since: 77 });
    expect(novelty.has(fingerprintOf("a"))).toBe(false);
    see(novelty, ["y", "z", "w", "w"], 3, 78);
    expect(novelty).toMatchObject({ canTell: false, since: 77 });
  });
});

test("a finding is said once, until so many others were said that it is forgotten", () => {
  const state = new IdentityState(detectors);
  expect([state.report("a"), state.report("a"), state.report("b")]).toEqual([true, false, true]);
  for (let n = 0; n < 5; n += 1) state.report(`other ${n}`);
  expect([state.report("b"), state.report("a")]).toEqual([false, true]);
});
