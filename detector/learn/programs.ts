import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

interface Program {
  readonly key: Fingerprint;
  /** Actions learned that were done with it. */
  count: number;
  /** The latest hour with a mark, hours since 1970; 0 before the first. */
  hour: number;
  /** A bit for each thing that was marked in that hour, and in the one before. */
  now: number;
  before: number;
}

/**
 * With which programs an identity acts, how often each, and what was marked of each in the running hour. When more come than it may
 * hold, it can no longer tell how often each is used.
 */
export class Programs implements Block {
  readonly #max: number;
  readonly #programs: Program[] = [];
  #total = 0;
  #isCrowded = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** Actions learned, whichever program they were done with. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#programs.length;
  }

  get canTell(): boolean {
    return !this.#isCrowded;
  }

  /** Actions learned that were done with a program. */
  count(key: Fingerprint): number {
    return this.#find(key)?.count ?? 0;
  }

  learn(key: Fingerprint): void {
    this.#total += 1;
    const program = this.#need(key);
    if (program !== undefined) program.count += 1;
  }

  /** What was marked of a program in an hour and the one before it, a bit for each. */
  marks(key: Fingerprint, hour: number): number {
    const program = this.#find(key);
    if (program === undefined) return 0;
    if (program.hour === hour) return program.now | program.before;
    return program.hour === hour - 1 ? program.now : 0;
  }

  /** What comes too late for its hour is left out. */
  mark(key: Fingerprint, hour: number, bit: number): void {
    const program = this.#need(key);
    if (program === undefined) return;
    if (hour > program.hour) {
      program.before = hour === program.hour + 1 ? program.now : 0;
      program.now = 0;
      program.hour = hour;
    }
    if (hour === program.hour) program.now |= 1 << bit;
    else if (hour === program.hour - 1) program.before |= 1 << bit;
  }

  #find({ high, low }: Fingerprint): Program | undefined {
    for (const one of this.#programs) if (one.key.high === high && one.key.low === low) return one;
    return undefined;
  }

  #need(key: Fingerprint): Program | undefined {
    const known = this.#find(key);
    if (known !== undefined) return known;
    if (this.#programs.length >= this.#max) {
      this.#isCrowded = true;
      return undefined;
    }
    const made = { key, count: 0, hour: 0, now: 0, before: 0 };
    this.#programs.push(made);
    return made;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#total);
    writer.byte(this.#isCrowded ? 1 : 0);
    writer.varint(this.#programs.length);
    for (const { key, count, hour, now, before } of this.#programs) {
      writer.int32(key.high);
      writer.int32(key.low);
      writer.varint(count);
      writer.varint(hour);
      writer.varint(now);
      writer.varint(before);
    }
  }

  unpack(reader: ByteReader): void {
    this.#total = reader.varint();
    this.#isCrowded = reader.byte() === 1;
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = { high: reader.int32(), low: reader.int32() };
      const count = reader.varint();
      const hour = reader.varint();
      const now = reader.varint();
      this.#programs.push({ key, count, hour, now, before: reader.varint() });
    }
  }
}
