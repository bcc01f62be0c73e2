/**
 * Goal: states that lie packed in a few buffers behave as a map would that remembers the order in which it was written to.
 * Method: whatever is done to them is done to a `Map` as well.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PackedStates } from "../../detector/learn/packed-states.ts";

const keys = fc.oneof(
  fc.nat({ max: 300 }).map((n) => `default\0agent:${n}`),
  fc.string({ unit: "binary", maxLength: 3 }),
  fc.constantFrom("", "\ud800", "\udc00", "é".repeat(400)),
);
const acts = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: keys, bytes: fc.uint8Array({ maxLength: 700 }) }) },
  { weight: 1, arbitrary: fc.record({ delete: keys }) },
  { weight: 1, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ tidy: true } as const) },
);
type Act = typeof acts extends fc.Arbitrary<infer One> ? One : never;

/** What both answer: bytes that were there before, or what was taken away. */
function answers(states: PackedStates, twin: Map<string, Buffer>, act: Act): readonly [unknown, unknown] {
  if ("put" in act) {
    const bytes = Buffer.from(act.bytes);
    const before = twin.get(act.put)?.length ?? -1;
    twin.delete(act.put);
    twin.set(act.put, bytes);
    return [states.put(act.put, bytes), before];
  }
  if ("delete" in act) {
    const before = twin.get(act.delete)?.length ?? -1;
    twin.delete(act.delete);
    return [states.delete(act.delete), before];
  }
  if ("shift" in act) {
    const first = [...twin].slice(0, act.shift);
    for (const [key] of first) twin.delete(key);
    const shifted = first.map(() => states.shift());
    return [shifted, first.map(([key, { length }]) => ({ key, bytes: length }))];
  }
  states.tidy();
  return [undefined, undefined];
}

function both(states: PackedStates, twin: Map<string, Buffer>, act: Act): void {
  const [answer, expected] = answers(states, twin, act);
  expect(answer).toEqual(expected);
}

function expectSame(states: PackedStates, twin: ReadonlyMap<string, Buffer>): void {
  expect(states.size).toBe(twin.size);
  for (const [key, bytes] of twin) {
    expect(states.has(key)).toBe(true);
    expect(states.get(key)?.equals(bytes)).toBe(true);
  }
}

describe("packed states", () => {
  test("do as a map does", () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 250, size: "max" }), (all) => {
        const states = new PackedStates();
        const twin = new Map<string, Buffer>();
        for (const act of all) both(states, twin, act);
        expectSame(states, twin);
        expect([states.has("never"), states.get("never")]).toEqual([false, undefined]);
        both(states, twin, { shift: twin.size });
        expect(states.shift()).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test("keep to their content when they are replaced again and again", () => {
    const states = new PackedStates();
    const twin = new Map<string, Buffer>();
    for (let turn = 0; turn < 10_000; turn += 1) {
      const put = `agent:${(turn * 7919) % 1000}`;
      both(states, twin, { put, bytes: Buffer.alloc(100 + (turn % 50), turn) });
      if (turn % 500 === 0) states.tidy();
    }
    states.tidy();
    expectSame(states, twin);
    const alive = [...twin.values()].reduce((sum, { length }) => sum + length, 0);
    expect(states.roomBytes).toBeLessThan(alive * 2 + 2 ** 19);
  });
});
