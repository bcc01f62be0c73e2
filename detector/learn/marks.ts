import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

/** A longer text is not remembered: the mark is left out. */
const textCharsMax = 48;

/** What was noted under a key. */
export interface Mark {
  /** An instant, an ordinal or a count: a whole number from 0 on. */
  readonly number: number;
  readonly text: string;
}

interface KeyedMark extends Mark {
  readonly key: Fingerprint;
}

/** A few notes by key; the one that was noted longest ago is forgotten first. */
export class Marks implements Block {
  readonly #marks: KeyedMark[] = [];

  get size(): number {
    return this.#marks.length;
  }

  get({ high, low }: Fingerprint): Mark | undefined {
    for (const mark of this.#marks) if (mark.key.high === high && mark.key.low === low) return mark;
    return undefined;
  }

  /** Notes something in place of what stood there, and forgets the oldest beyond `max`. */
  put(key: Fingerprint, number: number, text: string, max: number): void {
    if (text.length > textCharsMax) return;
    const mark = { key, number, text };
    const at = this.#marks.findIndex((one) => one.key.high === key.high && one.key.low === key.low);
    if (at === -1) this.#marks.push(mark);
    else this.#marks[at] = mark;
    if (this.#marks.length > max) this.#marks.splice(0, this.#marks.length - max);
  }

  clear(): void {
    this.#marks.length = 0;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#marks.length);
    for (const { key, number, text } of this.#marks) {
      writer.int32(key.high);
      writer.int32(key.low);
      writer.varint(number);
      writer.text(text);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = { high: reader.int32(), low: reader.int32() };
      this.#marks.push({ key, number: reader.varint(), text: reader.text() });
    }
  }
}
