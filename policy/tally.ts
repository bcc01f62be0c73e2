import type { Quota } from "./limits.ts";

/** Writes numbers one after the other, and reads them back. */
export interface NumberWriter {
  /** A whole number from 0 to 2^53-1. */
  varint(value: number): void;
  double(value: number): void;
}
export interface NumberReader {
  varint(): number;
  double(): number;
}

/** Up to this many are remembered one by one; of more, as many stretches of time. */
const parts = 16;
/** Stretches that are remembered, and twice as many as can be asked for at once. */
const entriesMax = 64;

/**
 * What happened within the last while: how much at which instants, in a bounded number of entries. A quota of more than a few things, or
 * one of sizes, is counted in stretches of a sixteenth of its time, so that it holds for any time of that length and may last up to a sixteenth longer.
 */
export class Tally {
  /** Starts of stretches, rising. */
  readonly #ats: number[] = [];
  readonly #amounts: number[] = [];

  /** How much there was in the time up to an instant. */
  before(atUs: number, { max, perUs }: Quota, isSize: boolean): number {
    const stretch = stretchUs(max, perUs, isSize);
    const until = this.#looked(atUs, perUs);
    let sum = 0;
    for (let at = this.#ats.length - 1; at >= 0; at -= 1) {
      const from = this.#ats[at]!;
      if (from > until) continue;
      if (from + stretch - 1 <= until - perUs) break;
      sum += this.#amounts[at]!;
    }
    return sum;
  }

  add(atUs: number, amount: number, { max, perUs }: Quota, isSize: boolean): void {
    const stretch = stretchUs(max, perUs, isSize);
    const from = Math.floor(this.#looked(atUs, perUs) / stretch) * stretch;
    let at = this.#ats.length;
    while (at > 0 && this.#ats[at - 1]! > from) at -= 1;
    if (this.#ats[at - 1] === from) {
      this.#amounts[at - 1] = Math.min(this.#amounts[at - 1]! + amount, Number.MAX_SAFE_INTEGER);
    } else {
      this.#ats.splice(at, 0, from);
      this.#amounts.splice(at, 0, amount);
    }
    const oldest = this.#ats.at(-1)! - 2 * perUs;
    let forgotten = Math.max(0, this.#ats.length - entriesMax);
    while (this.#ats[forgotten]! + stretch <= oldest) forgotten += 1;
    if (forgotten === 0) return;
    this.#ats.splice(0, forgotten);
    this.#amounts.splice(0, forgotten);
  }

  /** Nobody escapes the count by telling of long ago: what is older than one time before the latest counts as of then. */
  #looked(atUs: number, perUs: number): number {
    return Math.max(atUs, (this.#ats.at(-1) ?? Number.NEGATIVE_INFINITY) - perUs);
  }

  pack(writer: NumberWriter): void {
    writer.varint(this.#ats.length);
    let before = 0;
    this.#ats.forEach((from, at) => {
      if (at === 0) writer.double(from);
      else writer.varint(from - before);
      before = from;
      writer.varint(this.#amounts[at]!);
    });
  }

  unpack(reader: NumberReader): void {
    const count = reader.varint();
    let before = 0;
    for (let at = 0; at < count; at += 1) {
      before = at === 0 ? reader.double() : before + reader.varint();
      this.#ats.push(before);
      this.#amounts.push(reader.varint());
    }
  }
}

const stretchUs = (max: number, perUs: number, isSize: boolean): number =>
  !isSize && max <= parts ? 1 : Math.ceil(perUs / parts);
