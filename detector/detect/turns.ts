import type { ActionColumns } from "../attribute/action-columns.ts";
import { type ProcessOrder, processOrder } from "./process-order.ts";
import type { RecordPlaces } from "./record-places.ts";
import { WaitingRows } from "./waiting-rows.ts";

/** Most actions that wait at once: beyond, those whose turn is next don't wait any longer. */
const waitingMax = 65_536;

/** Whose turn it is: rows of a chunk come one by one, and are released in their order. */
export class Turns {
  readonly waiting: WaitingRows;
  readonly released: number[] = [];
  /** What ended by then doesn't wait any more, microseconds since 1970. */
  cutUs: number;
  readonly #places: RecordPlaces;
  readonly #record: Int32Array;
  readonly #endedAtUs: Float64Array;
  readonly #windowUs: number;
  readonly #order: ProcessOrder | undefined;
  /** Rows whose turn is another than their end: that is settled, as what could still change it has come. */
  readonly #isSettled = new Set<number>();
  /** Those that waited, in the order of the log, and how many of them wait no more. */
  readonly #waited: number[] = [];
  #over = 0;

  constructor(
    columns: ActionColumns,
    places: RecordPlaces,
    { cutUs, windowUs }: { readonly cutUs: number; readonly windowUs: number },
  ) {
    this.waiting = new WaitingRows(columns);
    this.cutUs = cutUs;
    this.#places = places;
    this.#record = columns.codes.record;
    this.#endedAtUs = columns.instants.endedAtUs;
    this.#windowUs = windowUs;
    this.#order = windowUs === 0 ? undefined : processOrder(columns, windowUs / 2);
  }

  /** Takes a row that was held back before. */
  resume(row: number, laterUs: number): void {
    if (laterUs > 0) this.#isSettled.add(row);
    this.#wait(row, this.#endedAtUs[row]! + laterUs);
  }

  /** Takes a row that comes now. */
  take(row: number): void {
    const endedUs = this.#endedAtUs[row]!;
    if (endedUs <= this.cutUs || this.#windowUs === 0) this.released.push(row);
    else this.#wait(row, endedUs);
    this.#cutAt(endedUs - this.#windowUs);
    while (this.waiting.size > waitingMax) this.#cutAt(this.waiting.dueUs[this.waiting.first()]!);
  }

  /** A record comes now: what the log took more than a window before it doesn't wait any more. */
  passUntil(atMs: number): void {
    for (; this.#over < this.#waited.length; this.#over += 1) {
      const row = this.#waited[this.#over]!;
      const endedUs = this.#endedAtUs[row]!;
      if (endedUs <= this.cutUs) continue;
      if (this.#places.atMs(this.#record[row]!) >= atMs - this.#windowUs / 1000) return;
      this.#cutAt(endedUs);
    }
  }

  releaseAll(): void {
    while (this.waiting.size > 0) this.#cutAt(this.waiting.dueUs[this.waiting.first()]!);
  }

  #wait(row: number, dueUs: number): void {
    this.waiting.push(row, dueUs);
    this.#order?.add(row);
    this.#waited.push(row);
  }

  #cutAt(cutUs: number): void {
    const { waiting } = this;
    if (cutUs > this.cutUs) this.cutUs = cutUs;
    while (waiting.size > 0 && waiting.dueUs[waiting.first()]! <= this.cutUs) {
      const row = waiting.first();
      const dueUs = this.#settle(row);
      if (dueUs > waiting.dueUs[row]!) waiting.postpone(dueUs);
      else this.released.push(waiting.shift());
    }
  }

  /** When it is a row's turn. Settled once its end is reached, so that nobody can have it wait for ever. */
  #settle(row: number): number {
    const dueUs = this.waiting.dueUs[row]!;
    if (this.#order === undefined || this.#isSettled.has(row)) return dueUs;
    const latestUs = this.#order.latestUs(row);
    if (latestUs > dueUs) this.#isSettled.add(row);
    return latestUs;
  }
}
