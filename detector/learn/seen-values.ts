import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

/** What a packed number of values may ask for before they are there. */
const roomUnread = 1024;

/**
 * Different values that were seen, as fingerprints, up to a number. They lie in a plain array: with a typed one of its own
 * for each of an identity's handful of values, the garbage collector would copy more of arrays than of what is in them.
 */
export class SeenValues implements Block {
  /** Both ints of each value. */
  #ints: number[] = [];
  /** Where the value is that was found last: the next is often the same. */
  #last = 0;

  get size(): number {
    return this.#ints.length / 2;
  }

  has({ high, low }: Fingerprint): boolean {
    const ints = this.#ints;
    const last = this.#last;
    if (ints[last] === high && ints[last + 1] === low) return true;
    for (let at = 0; at < ints.length; at += 2) {
      if (ints[at] !== high || ints[at + 1] !== low) continue;
      this.#last = at;
      return true;
    }
    return false;
  }

  /** Adds a value that is not there yet. */
  add({ high, low }: Fingerprint): void {
    this.#ints.push(high, low);
  }

  /** Forgets the value that was added first. */
  forgetOldest(): void {
    this.#ints.splice(0, 2);
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.size);
    for (const int of this.#ints) writer.int32(int);
  }

  unpack(reader: ByteReader): void {
    const count = reader.varint() * 2;
    // oxlint-disable-next-line unicorn/no-new-array -- Of just the room that is needed: one that grows takes four times that.
    if (count <= roomUnread) this.#ints = new Array<number>(count);
    for (let at = 0; at < count; at += 1) this.#ints[at] = reader.int32();
  }
}
