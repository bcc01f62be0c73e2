import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";

const high = 2 ** 32;

/** Names that an identity uses, numbered from 1 in the order they came; the first ones only, as none is ever forgotten. */
export class KnownNames implements Block {
  readonly #numbers = new Map<number, number>();

  get size(): number {
    return this.#numbers.size;
  }

  /** The number of the name with this print of 52 bits; 0 of one that is not known. */
  find(print: number): number {
    return this.#numbers.get(print) ?? 0;
  }

  /** The same, numbered where it is not known; 0 where there are `max` already. */
  of(print: number, max: number): number {
    const known = this.find(print);
    if (known !== 0 || this.#numbers.size >= max) return known;
    this.#numbers.set(print, this.#numbers.size + 1);
    return this.#numbers.size;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#numbers.size);
    for (const print of this.#numbers.keys()) {
      writer.int32(print | 0);
      const top = Math.trunc(print / high);
      for (const shift of [0, 8, 16]) writer.byte((top >>> shift) & 0xff);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const low = reader.int32() >>> 0;
      const top = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16);
      this.#numbers.set(top * high + low, this.#numbers.size + 1);
    }
  }
}
