import type { ActionColumns } from "../attribute/action-columns.ts";
import type { RecordPlaces } from "./record-places.ts";
import { isClockSuspect } from "./time.ts";

/** Which actions of a chunk are judged now, and in which order. */
export interface Released {
  /** Rows to judge, in the order in which they ended. */
  readonly rows: Int32Array;
  /** How many rows had been held back before. */
  readonly carried: number;
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
  /** Whether those at the end wait for the next chunk. */
  readonly holds: boolean;
}

/**
 * Puts the actions of a chunk into the order in which they ended, as far as the window reaches, and holds back those at
 * its end. It is as if they came one by one: each waits until something came that ended a window later, and what comes
 * when its turn is over is judged at once. So the order doesn't depend on where the log is cut. Time is that of the
 * senders, of whom those whose clock runs ahead are not believed: they wait for nobody, and nobody for them.
 */
export function release(columns: ActionColumns, places: RecordPlaces, window: Window): Released {
  const { record } = columns.codes;
  const { endedAtUs } = columns.instants;
  const { carried, windowUs } = window;
  const waiting = new WaitingRows(endedAtUs);
  const released: number[] = [];
  let { cutUs } = window;
  let carriedRows = 0;
  for (let row = 0; row < columns.count; row += 1) {
    const endedUs = endedAtUs[row]!;
    const suspect = isClockSuspect(endedUs, places.atMs(record[row]!));
    const isDue = suspect || endedUs <= cutUs;
    if (record[row]! < carried) {
      if (isDue) continue;
      waiting.push(row);
      carriedRows += 1;
      continue;
    }
    if (isDue || windowUs === 0) released.push(row);
    else waiting.push(row);
    if (suspect || endedUs - windowUs <= cutUs) continue;
    cutUs = endedUs - windowUs;
    while (waiting.size > 0 && endedAtUs[waiting.first()]! <= cutUs) released.push(waiting.shift());
  }
  if (!window.holds) {
    while (waiting.size > 0) {
      const row = waiting.shift();
      cutUs = Math.max(cutUs, endedAtUs[row]!);
      released.push(row);
    }
  }
  return {
    rows: Int32Array.from(released),
    carried: carriedRows,
    held: waiting.size,
    heldFrom: waiting.firstRecord(record),
    cutUs,
  };
}

/** Rows by the end of their actions, those that came first before others: a binary heap. */
class WaitingRows {
  readonly #rows: number[] = [];
  readonly #endedAtUs: Float64Array;

  constructor(endedAtUs: Float64Array) {
    this.#endedAtUs = endedAtUs;
  }

  get size(): number {
    return this.#rows.length;
  }

  first(): number {
    return this.#rows[0]!;
  }

  push(row: number): void {
    const rows = this.#rows;
    let at = rows.length;
    rows.push(row);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(row, rows[parent]!)) break;
      rows[at] = rows[parent]!;
      at = parent;
    }
    rows[at] = row;
  }

  shift(): number {
    const rows = this.#rows;
    const first = rows[0]!;
    const last = rows.pop()!;
    const { length } = rows;
    if (length === 0) return first;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(rows[child + 1]!, rows[child]!)) child += 1;
      if (!this.#isBefore(rows[child]!, last)) break;
      rows[at] = rows[child]!;
      at = child;
    }
    rows[at] = last;
    return first;
  }

  /** The first record that one of them is of; -1 when there is none. */
  firstRecord(record: Int32Array): number {
    return this.#rows.reduce(
      (first, row) => (first === -1 ? record[row]! : Math.min(first, record[row]!)),
      -1,
    );
  }

  #isBefore(one: number, other: number): boolean {
    const difference = this.#endedAtUs[one]! - this.#endedAtUs[other]!;
    return difference < 0 || (difference === 0 && one < other);
  }
}
