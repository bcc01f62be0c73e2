import type { ActionColumns } from "../attribute/action-columns.ts";
import { HeldRows, heldText } from "./held-rows.ts";
import type { RecordPlaces } from "./record-places.ts";
import { isClockSuspect } from "./time.ts";
import { Turns } from "./turns.ts";

/** Which actions of a chunk are judged now, and in which order. */
export interface Released {
  /** Rows to judge, in their order. */
  readonly rows: Int32Array;
  /** How many rows had been held back before. */
  readonly carried: number;
  /** Rows held back: something may still come before them. */
  readonly held: number;
  /** First record, by its ordinal, with a row that is held back; -1 without one. */
  readonly heldFrom: number;
  /** Names the rows that are held back, for the `Window` of the next chunk. */
  readonly heldRows: string;
  /** What ended by then doesn't wait any more, microseconds since 1970. */
  readonly cutUs: number;
}

/** What is held back, and what was released before. */
export interface Window {
  /** How many of the records, from the first on, are here only for what was held back of them. */
  readonly carried: number;
  /** Names the rows of these that were held back; all others were released before. */
  readonly heldRows: string;
  /** What ended by then doesn't wait any more. */
  readonly cutUs: number;
  /** How long, in microseconds, an action waits for others that belong before it; 0 for not at all. */
  readonly windowUs: number;
  /** Whether those at the end wait for the next chunk. */
  readonly holds: boolean;
}

/**
 * Puts the actions of a chunk into their order, as far as the window reaches, and holds back those at its end. It is as
 * if they came one by one, so the order doesn't depend on where the log is cut: each waits until something came that
 * ended a window later, or that the log took a window later, and what comes when its turn is over is judged at once.
 *
 * The order is that of their ends, then of `nhi.seq`, then of their ids. Where the clock of a process stepped back, by
 * less than half a window, its numbers come first: an action takes its turn after the latest of those of its process that
 * have a lower number and ended up to half a window later. Half, because that must be known once its end is reached: if
 * nothing comes after something that ended, or that the log took, more than half a window later, then what has not come
 * when a window is over ends more than half a window after what is released. Where no clock stepped back the whole window
 * may be used up.
 *
 * Senders whose clock runs ahead are not believed: they wait for nobody, and nobody for them.
 */
export function release(columns: ActionColumns, places: RecordPlaces, window: Window): Released {
  const { record, index } = columns.codes;
  const { endedAtUs } = columns.instants;
  const { carried } = window;
  const turns = new Turns(columns, places, window);
  const before = new HeldRows(window.heldRows);
  let carriedRows = 0;
  let lastRecord = -1;
  for (let row = 0; row < columns.count; row += 1) {
    const nth = record[row]!;
    const endedUs = endedAtUs[row]!;
    const atMs = places.atMs(nth);
    if (nth < carried) {
      const laterUs = before.laterUs(places.offset(nth), index[row]!);
      if (laterUs === -1) continue;
      turns.resume(row, laterUs);
      carriedRows += 1;
      continue;
    }
    if (nth !== lastRecord) turns.passUntil(atMs);
    lastRecord = nth;
    if (isClockSuspect(endedUs, atMs)) turns.released.push(row);
    else turns.take(row);
  }
  if (!window.holds) turns.releaseAll();
  const { waiting } = turns;
  const first = waiting.size === 0 ? -1 : waiting.dueUs.findIndex((dueUs) => dueUs > 0);
  return {
    rows: Int32Array.from(turns.released),
    carried: carriedRows,
    held: waiting.size,
    heldFrom: first === -1 ? -1 : record[first]!,
    heldRows: first === -1 ? "" : heldText(columns, places, waiting.dueUs),
    cutUs: turns.cutUs,
  };
}
