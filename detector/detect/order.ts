import type { ActionColumns } from "../attribute/action-columns.ts";
import type { RecordPlaces } from "./record-places.ts";
import { isClockSuspect } from "./time.ts";

/** Which actions of a chunk are judged now, and in which order. */
export interface Released {
  /** Rows to judge, in the order in which they ended. */
  readonly rows: Int32Array;
  /** Rows held back: something that ended before them may still come. */
  readonly held: number;
  /** First record, by its ordinal, with a row that is held back; -1 without one. */
  readonly heldFrom: number;
  /** What ended later than this is held back, microseconds since 1970. */
  readonly cutUs: number;
}

/** What is held back, and what was released before. */
export interface Window {
  /** How many of the records, from the first on, are here only for what was held back of them. */
  readonly carried: number;
  /** Of these, what ended by then was released before. */
  readonly cutUs: number;
  /** How long, in microseconds, an action waits for others that ended before it; 0 for not at all. */
  readonly windowUs: number;
}

/**
 * Puts the actions of a chunk into the order in which they ended, and holds back those at its end: within the window,
 * any order of arrival is judged alike, wherever the log is cut. Time is that of the senders, of whom those whose clock
 * runs ahead are not believed: they wait for nobody, and nobody for them.
 */
export function release(columns: ActionColumns, places: RecordPlaces, window: Window): Released {
  const { codes, instants } = columns;
  const { endedAtUs } = instants;
  const rows: number[] = [];
  let latestUs = window.cutUs;
  const isSuspect = (row: number): boolean => isClockSuspect(endedAtUs[row]!, places.atMs(codes.record[row]!));
  for (let row = 0; row < columns.count; row += 1) {
    const suspect = isSuspect(row);
    if (codes.record[row]! < window.carried && (suspect || endedAtUs[row]! <= window.cutUs)) continue;
    rows.push(row);
    if (!suspect && endedAtUs[row]! > latestUs) latestUs = endedAtUs[row]!;
  }
  const cutUs = Math.max(window.cutUs, latestUs - window.windowUs);
  const isHeld = (row: number): boolean => endedAtUs[row]! > cutUs && !isSuspect(row);
  const released = window.windowUs === 0 ? rows : rows.filter((row) => !isHeld(row));
  const firstHeld = window.windowUs === 0 ? undefined : rows.find(isHeld);
  return {
    rows: sorted(released, endedAtUs),
    held: rows.length - released.length,
    heldFrom: firstHeld === undefined ? -1 : codes.record[firstHeld]!,
    cutUs,
  };
}

/** By the end of the action, then by its place in the log. Mostly they come in order, and nothing is to be done. */
function sorted(rows: readonly number[], endedAtUs: Float64Array): Int32Array {
  const ordered = Int32Array.from(rows);
  for (let at = 1; at < ordered.length; at += 1) {
    if (endedAtUs[ordered[at - 1]!]! > endedAtUs[ordered[at]!]!)
      return ordered.sort((one, other) => endedAtUs[one]! - endedAtUs[other]! || one - other);
  }
  return ordered;
}
