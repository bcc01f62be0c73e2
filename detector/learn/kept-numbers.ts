import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

const high = 2 ** 32;

/** Numbers by prints of 52 bits; what was put longest ago is forgotten first. */
export class KeptNumbers implements Block {
  readonly #numbers = new Map<number, number>();

  get size(): number {
    return this.#numbers.size;
  }

  /** 0 where there is none. */
  get(print: number): number {
    return this.#numbers.get(print) ?? 0;
  }

  /** Puts a whole number from 0 to 2^53-1 in place of what stood there, and forgets the oldest beyond `max`. */
  put(print: number, number: number, max: number): void {
    this.#numbers.delete(print);
    this.#numbers.set(print, number);
    if (this.#numbers.size <= max) return;
    for (const oldest of this.#numbers.keys()) {
      this.#numbers.delete(oldest);
      if (this.#numbers.size <= max) return;
    }
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#numbers.size);
    for (const [print, number] of this.#numbers) {
      writer.int32(print | 0);
      const top = Math.trunc(print / high);
      writer.byte(top & 0xff);
      writer.byte((top >>> 8) & 0xff);
      writer.byte(top >>> 16);
      writer.varint(number);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const low = reader.int32() >>> 0;
      const top = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16);
      this.#numbers.set(top * high + low, reader.varint());
    }
  }
}
