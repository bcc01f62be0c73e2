import type { Authority } from "../../schemas/index.ts";

/** What the engine says of each row of the action columns. */
export class Judgements {
  /** 1 for a row to be stored; a duplicate is not. */
  readonly kept: Uint8Array;
  /** 1 for a row that came when a later action of the same identity had been judged. */
  readonly late: Uint8Array;
  readonly clockSuspect: Uint8Array;
  /** 1 for a row that moved the baseline. */
  readonly learned: Uint8Array;
  /** Which of the partition's judged actions each kept row is, from 0. */
  readonly ordinals: Float64Array;
  /** How far from its identity's habit each row is, in bits. */
  readonly scores: Float32Array;
  readonly #authorities: Authority[] = [];
  readonly #signals: (readonly string[])[] = [];
  /** How many rows are kept. */
  keptCount = 0;

  constructor(rows: number) {
    this.kept = new Uint8Array(rows);
    this.late = new Uint8Array(rows);
    this.clockSuspect = new Uint8Array(rows);
    this.learned = new Uint8Array(rows);
    this.scores = new Float32Array(rows);
    this.ordinals = new Float64Array(rows);
  }

  /** Notes what is said of a row that is kept. */
  keep(row: number, ordinal: number, authority: Authority, signals: readonly string[]): void {
    this.kept[row] = 1;
    this.ordinals[row] = ordinal;
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
