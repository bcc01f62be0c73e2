/**
 * The order of judging: by end, and by number where the clock of a process stepped back, whatever the order of arrival
 * within half a window. `test/twins/order.test.ts` holds it to its definition.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Came, type CameRecord, released } from "../support/released.ts";

const windowMs = 2000;

/** Actions that come one by one, each so many milliseconds after its end. */
const arriving = (actions: readonly Came[], delayMs: (nth: number) => number): readonly CameRecord[] =>
  actions
    .map((action, nth) => ({ takenMs: action.endedMs + delayMs(nth), actions: [action] }))
    .toSorted((one, other) => one.takenMs - other.takenMs);

/** Of two processes, who number what they do; their clocks step back by less than half of the window at most. */
const anyHistory = fc
  .array(
    fc.record({
      gapMs: fc.constantFrom(0, 1, 100, 400),
      process: fc.constantFrom("", "p", "q"),
      stepMs: fc.constantFrom(0, 0, 0, 300, 999),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((drawn) => {
    let atMs = 10_000;
    const clocks = new Map<string, number>();
    return drawn.map(({ gapMs, process, stepMs }, nth): Came => {
      atMs += gapMs;
      // Behind by so much from now on: what it said before is never more than half a window later.
      if (process !== "") clocks.set(process, Math.min(999, (clocks.get(process) ?? 0) + stepMs));
      const seq = process === "" ? -1 : nth;
      return { id: (nth * 7_919) % 1_009, endedMs: atMs - (clocks.get(process) ?? 0), process, seq };
    });
  });

const anyDelays = fc.array(fc.nat({ max: windowMs / 2 }), { minLength: 25, maxLength: 25 });
const anyCuts = fc.array(fc.nat({ max: 25 }), { maxLength: 6 });

test("it is the same whatever the order of arrival within half a window, and wherever the log is cut", () => {
  fc.assert(
    fc.property(anyHistory, anyDelays, anyCuts, (history, delays, cuts) => {
      const { ids } = released(
        arriving(history, () => 0),
        windowMs,
      );
      expect(
        released(
          arriving(history, (nth) => delays[nth]!),
          windowMs,
          cuts,
        ).ids,
      ).toEqual(ids);
      expect(new Set(ids).size).toBe(history.length);
    }),
    { numRuns: 400 },
  );
});

test("within a process numbers come first, though its clock stepped back by up to half a window", () => {
  fc.assert(
    fc.property(anyHistory, anyDelays, (history, delays) => {
      const { ids } = released(
        arriving(history, (nth) => delays[nth]!),
        windowMs,
      );
      const judged = ids.map((id) => history.find((one) => one.id === id)!);
      for (const process of ["p", "q"]) {
        const numbers = judged.filter((one) => one.process === process).map((one) => one.seq!);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 400 },
  );
});

test("without numbers the whole window may be used up: what comes within it is judged by its end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: windowMs - 1 }), { minLength: 1, maxLength: 25 }),
      anyCuts,
      (delays, cuts) => {
        const history = delays.map((_, nth) => ({ id: nth, endedMs: nth * 100 }));
        const { ids } = released(
          arriving(history, (nth) => delays[nth]!),
          windowMs,
          cuts,
        );
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      },
    ),
  );
});

const one = (id: number, endedMs: number, parts: Partial<Came> = {}): CameRecord => ({
  takenMs: endedMs,
  actions: [{ id, endedMs, ...parts }],
});
const of = (process: string, seq: number, client = ""): Partial<Came> => ({ process, seq, client });

test("of those that ended at one instant the lower number goes first, then the lower id", () => {
  const log = [one(9, 0), one(4, 0, of("p", 2)), one(3, 0, of("q", 1)), one(2, 0, of("p", 1)), one(1, 0)];
  expect(released(log, windowMs).ids).toEqual([1, 9, 2, 3, 4]);
  expect(released(log.toReversed(), windowMs).ids).toEqual([1, 9, 2, 3, 4]);
});

test("what a process did before its clock stepped back goes before what it did after, in any order of arrival", () => {
  const [before, after, other] = [one(1, 900, of("p", 7)), one(2, 0, of("p", 8)), one(3, 500)] as const;
  for (const log of [
    [before, after, other],
    [after, before, other],
    [other, after, before],
  ])
    expect(released(log, windowMs, [1, 2]).ids).toEqual([3, 1, 2]);
});

test("a clock that stepped back by half a window or more is believed", () => {
  const log = [one(1, 1000, of("p", 7)), one(2, 0, of("p", 8))];
  expect(released(log, windowMs).ids).toEqual([2, 1]);
});

test("numbers of one process say nothing of another, nor of one that another client calls the same", () => {
  const log = [one(1, 900, of("p", 1, "a")), one(2, 0, of("p", 2, "b")), one(3, 1, of("q", 2, "a"))];
  expect(released(log, windowMs).ids).toEqual([2, 3, 1]);
});

test("a clock that runs far ahead holds up nothing of its process", () => {
  const ahead = { takenMs: 0, actions: [{ id: 1, endedMs: 400_000, ...of("p", 1) }] };
  expect(released([ahead, one(2, 0, of("p", 2)), one(3, 10)], windowMs).ids).toEqual([1, 2, 3]);
});

test("an action waits a window by the log's clock at most, however slowly the senders' clocks go", () => {
  const taken = (takenMs: number, id: number): CameRecord => ({ takenMs, actions: [{ id, endedMs: id }] });
  const log = [taken(0, 20), taken(1500, 10), taken(2000, 30), taken(2001, 15)];
  // The second had waited 500 ms, but its turn is before the first.
  expect(released(log, windowMs, [], false)).toMatchObject({ ids: [10, 20, 15], held: 1 });
  expect(released(log.slice(0, 3), windowMs, [], false)).toMatchObject({ ids: [], held: 3 });
});

test("a turn is settled once its end is reached: what comes later doesn't put it off, nor does a restart", () => {
  const log = [
    one(1, 0, of("p", 9)),
    one(2, 500, of("p", 5)),
    // Now the first is known to follow the second.
    one(3, 2000),
    one(4, 600, of("p", 6)),
    one(5, 2500),
  ];
  for (const cuts of [[], [3], [2, 3, 4]])
    expect(released(log, windowMs, cuts, false)).toMatchObject({ ids: [2, 1], held: 3 });
});

test("of more than fit those whose turn is next don't wait", () => {
  const count = 65_536 + 10;
  const actions = Array.from({ length: count }, (_, nth) => ({ id: nth, endedMs: (count - nth) / 1000 }));
  const { ids, held } = released([{ takenMs: 0, actions }], windowMs, [], false);
  expect([ids.length, held]).toEqual([10, 65_536]);
});

test("the position names what is held back in a few bytes, where neighbours are held back together", () => {
  const log = Array.from({ length: 300 }, (_, nth) => ({
    takenMs: nth * 10,
    actions: [0, 1, 2].map((more) => ({ id: nth * 3 + more, endedMs: nth * 10 })),
  }));
  const { heldRows, held } = released(log, windowMs, [], false);
  expect(held).toBe(600);
  expect(heldRows.at(-1)!.length).toBeLessThan(16);
});
