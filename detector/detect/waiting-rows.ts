import { type ActionColumns, idInts } from "../attribute/action-columns.ts";

/** Rows by when it is their turn, then by their numbers, then by their ids, so that none depends on the order they came in: a binary heap. */
export class WaitingRows {
  /** When it is their turn, by row, microseconds since 1970; 0 for those that don't wait. */
  readonly dueUs: Float64Array;
  readonly #rows: number[] = [];
  readonly #seq: Float64Array;
  readonly #ids: Int32Array;

  constructor({ count, instants, ids }: ActionColumns) {
    this.dueUs = new Float64Array(count);
    this.#seq = instants.seq;
    this.#ids = ids;
  }

  get size(): number {
    return this.#rows.length;
  }

  first(): number {
    return this.#rows[0]!;
  }

  push(row: number, dueUs: number): void {
    const rows = this.#rows;
    this.dueUs[row] = dueUs;
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
    const first = this.#rows[0]!;
    const last = this.#rows.pop()!;
    this.dueUs[first] = 0;
    if (this.#rows.length > 0) this.#sink(last);
    return first;
  }

  /** Has the first one wait until then. */
  postpone(dueUs: number): void {
    const first = this.#rows[0]!;
    this.dueUs[first] = dueUs;
    this.#sink(first);
  }

  /** Puts a row where the first one was. */
  #sink(row: number): void {
    const rows = this.#rows;
    const { length } = rows;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(rows[child + 1]!, rows[child]!)) child += 1;
      if (!this.#isBefore(rows[child]!, row)) break;
      rows[at] = rows[child]!;
      at = child;
    }
    rows[at] = row;
  }

  #isBefore(one: number, other: number): boolean {
    const later = this.dueUs[one]! - this.dueUs[other]!;
    if (later !== 0) return later < 0;
    const higher = this.#seq[one]! - this.#seq[other]!;
    if (higher !== 0) return higher < 0;
    for (let int = 0; int < idInts; int += 1) {
      const greater = (this.#ids[one * idInts + int]! >>> 0) - (this.#ids[other * idInts + int]! >>> 0);
      if (greater !== 0) return greater < 0;
    }
    // The same action twice: whichever goes first, the other one is its duplicate.
    return one < other;
  }
}
