/** The order of judging: by end, within the window, wherever the log is cut. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Released, release } from "../../detector/detect/order.ts";
import { columnsOf } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";

const windowUs = 2_000_000;
const windowMs = windowUs / 1000;

/** An action alone in its record: when it ended, and when the log took it, milliseconds after some instant. */
interface One {
  readonly endedMs: number;
  readonly takenMs: number;
}

/** Runs over the log in chunks that begin at `cuts`; gives the places of the actions in the order of their release. */
function ordered(
  log: readonly One[],
  cuts: readonly number[],
  flushes = true,
): { readonly order: readonly number[]; readonly held: number } {
  const order: number[] = [];
  let heldFrom = 0;
  let cutUs = 0;
  let held = 0;
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < log.length), log.length])];
  let next = 0;
  for (const end of ends.toSorted((a, b) => a - b)) {
    const places = log.slice(heldFrom, end).map((_, at) => heldFrom + at);
    const { columns, places: records } = columnsOf(
      places.map((place) => {
        const { endedMs, takenMs } = log[place]!;
        const endedAtUs = builtAtUs + endedMs * 1000;
        const one = judgedWith(place, { startedAtUs: endedAtUs - 1, endedAtUs });
        return { ...one, position: { ...one.position, atMs: builtAtUs / 1000 + takenMs } };
      }),
    );
    const holds = !(flushes && end === log.length);
    const said: Released = release(columns, records, { carried: next - heldFrom, cutUs, windowUs, holds });
    for (const row of said.rows) order.push(places[row]!);
    next = end;
    heldFrom = said.heldFrom === -1 ? end : places[said.heldFrom]!;
    ({ cutUs, held } = said);
  }
  return { order, held };
}

const logs = fc.array(fc.record({ endedMs: fc.nat({ max: 9_000 }), takenMs: fc.nat({ max: 9_000 }) }), {
  minLength: 1,
  maxLength: 25,
});

test("it is the same wherever the log is cut, and each action has its turn once", () => {
  fc.assert(
    fc.property(logs, fc.array(fc.nat({ max: 25 }), { maxLength: 6 }), fc.boolean(), (log, cuts, flushes) => {
      const whole = ordered(log, [], flushes);
      expect(ordered(log, cuts, flushes)).toEqual(whole);
      expect(new Set(whole.order).size).toBe(whole.order.length);
      expect(whole.order.length + whole.held).toBe(log.length);
    }),
  );
});

test("whatever comes within the window comes in the order of the ends", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: windowMs - 1 }), { minLength: 1, maxLength: 25 }), (delays) => {
      // One ends every 100 ms, and arrives when its delay is over.
      const log = delays
        .map((delay, nth) => ({ endedMs: nth * 100, takenMs: nth * 100 + delay }))
        .toSorted((a, b) => a.takenMs - b.takenMs);
      const ends = ordered(log, [7, 14]).order.map((place) => log[place]!.endedMs);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    }),
  );
});
