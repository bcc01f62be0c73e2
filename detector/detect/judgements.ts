import type { Authority } from "../../schemas/index.ts";

/** What the engine says of each row of the action columns. */
export class Judgements {
  /** 1 for a row to be stored; a duplicate is not. */
  readonly kept: Uint8Array;
  readonly late: Uint8Array;
  readonly clockSuspect: Uint8Array;
  readonly #authorities: Authority[] = [];
  readonly #signals: (readonly string[])[] = [];
  /** How many rows are kept. */
  keptCount = 0;

  constructor(rows: number) {
    this.kept = new Uint8Array(rows);
    this.late = new Uint8Array(rows);
    this.clockSuspect = new Uint8Array(rows);
  }

  /** Notes what is said of a row that is kept. */
  keep(row: number, authority: Authority, signals: readonly string[]): void {
    this.kept[row] = 1;
    this.keptCount += 1;
    this.#authorities[row] = authority;
    this.#signals[row] = signals;
  }

  authority(row: number): Authority {
    return this.#authorities[row]!;
  }

  /** What the detectors noticed, as `rule/signal`. */
  signals(row: number): readonly string[] {
    return this.#signals[row]!;
  }
}
