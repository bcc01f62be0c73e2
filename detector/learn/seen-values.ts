import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

const firstRoom = 4;
/** What a packed number of values may ask for before they are there. */
const roomUnread = 1024;
const none = new Int32Array(0);

/** Different values that were seen, as fingerprints, up to a number; 8 bytes each. */
export class SeenValues implements Block {
  size = 0;
  #ints = none;

  has({ high, low }: Fingerprint): boolean {
    const ints = this.#ints;
    const end = this.size * 2;
    for (let at = 0; at < end; at += 2) if (ints[at] === high && ints[at + 1] === low) return true;
    return false;
  }

  /** Adds a value that is not there yet. */
  add({ high, low }: Fingerprint): void {
    const at = this.size * 2;
    if (at === this.#ints.length) {
      const larger = new Int32Array(Math.max(firstRoom * 2, at * 2));
      larger.set(this.#ints);
      this.#ints = larger;
    }
    this.#ints[at] = high;
    this.#ints[at + 1] = low;
    this.size += 1;
  }

  /** Forgets the value that was added first. */
  forgetOldest(): void {
    this.#ints.copyWithin(0, 2, this.size * 2);
    this.size -= 1;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.size);
    for (let at = 0; at < this.size * 2; at += 1) writer.int32(this.#ints[at]!);
  }

  unpack(reader: ByteReader): void {
    const size = reader.varint();
    if (size > 0) this.#ints = new Int32Array(Math.min(size, roomUnread) * 2);
    for (let nth = 0; nth < size; nth += 1) this.add({ high: reader.int32(), low: reader.int32() });
  }
}
