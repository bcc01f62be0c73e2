import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

/** A sequence that began and waits for its next step. */
export interface Begun {
  /** Stands for the sequence's id and words; this and the next two are half a fingerprint, as no more than a few are compared. */
  readonly pattern: number;
  /** What all its steps share: a session, a chain, a credential, or nothing. */
  readonly scope: number;
  /** What the next step is compared to, as the latest had it. */
  readonly compared: number;
  /** How many steps it has. */
  readonly steps: number;
  /** When the first of them began. */
  readonly sinceUs: number;
  /** When the latest of them ended. */
  readonly lastUs: number;
  /** Which steps were out of character, a bit each. */
  readonly strange: number;
  /** Ids of the actions, four ints each. */
  readonly ids: readonly number[];
}

/** Sequences under way; of each pattern a few, and the one that moved longest ago is forgotten first. */
export class Partials implements Block {
  /** The latest last. */
  #all: Begun[] = [];

  get size(): number {
    return this.#all.length;
  }

  get all(): readonly Begun[] {
    return this.#all;
  }

  /** Adds one in place of one that can't be told from it, and forgets the oldest beyond so many of its pattern, and of all. */
  put(added: Begun, maxOfPattern: number, max: number): void {
    const { pattern } = added;
    const before = this.#all;
    let ofPattern = 1;
    let all = 1;
    for (let nth = 0; nth < before.length; nth += 1) {
      const one = before[nth]!;
      if (isAlike(one, added)) continue;
      all += 1;
      if (one.pattern === pattern) ofPattern += 1;
    }
    let tooManyOfPattern = ofPattern - maxOfPattern;
    let tooMany = all - Math.max(0, tooManyOfPattern) - max;
    // A new list, as somebody may be going through the old one.
    const kept: Begun[] = [];
    for (let nth = 0; nth < before.length; nth += 1) {
      const one = before[nth]!;
      if (isAlike(one, added)) continue;
      if (one.pattern === pattern && tooManyOfPattern > 0) tooManyOfPattern -= 1;
      else if (tooMany > 0) tooMany -= 1;
      else kept.push(one);
    }
    kept.push(added);
    this.#all = kept;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#all.length);
    for (const { pattern, scope, compared, steps, sinceUs, lastUs, strange, ids } of this.#all) {
      for (const int of [pattern, scope, compared]) writer.int32(int);
      writer.varint(sinceUs);
      writer.varint(Math.max(0, lastUs - sinceUs));
      writer.byte(strange);
      writer.byte(steps);
      for (const int of ids) writer.int32(int);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const [pattern, scope, compared] = [reader.int32(), reader.int32(), reader.int32()];
      const sinceUs = reader.varint();
      const lastUs = sinceUs + reader.varint();
      const [strange, steps] = [reader.byte(), reader.byte()];
      const ids: number[] = [];
      for (let ints = steps * 4; ints > 0; ints -= 1) ids.push(reader.int32());
      this.#all.push({ pattern, scope, compared, steps, sinceUs, lastUs, strange, ids });
    }
  }
}

/** Whether two can't be told apart. */
const isAlike = (one: Begun, other: Begun): boolean =>
  one.pattern === other.pattern &&
  one.steps === other.steps &&
  one.scope === other.scope &&
  one.compared === other.compared;
