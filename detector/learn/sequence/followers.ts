import type { ByteReader, ByteWriter } from "../../bytes.ts";

/** What came after one thing, or after two in a row: numbers of names, each with how often. */
export class Followers {
  /** Ordinal of the first action that was counted. */
  since = 0;
  total = 0;
  readonly #numbers: number[] = [];
  readonly #counts: number[] = [];

  /** How many different ones. */
  get size(): number {
    return this.#numbers.length;
  }

  count(number: number): number {
    const at = this.#numbers.indexOf(number);
    return at === -1 ? 0 : this.#counts[at]!;
  }

  /** Counts one; whether it is the first of its kind. */
  add(number: number, ordinal: number): boolean {
    if (this.total === 0) this.since = ordinal;
    this.total += 1;
    const at = this.#numbers.indexOf(number);
    if (at !== -1) {
      this.#counts[at]! += 1;
      return false;
    }
    this.#numbers.push(number);
    this.#counts.push(1);
    return true;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.since);
    writer.byte(this.#numbers.length);
    for (let at = 0; at < this.#numbers.length; at += 1) {
      writer.byte(this.#numbers[at]!);
      writer.varint(this.#counts[at]!);
    }
  }

  unpack(reader: ByteReader): void {
    this.since = reader.varint();
    for (let left = reader.byte(); left > 0; left -= 1) {
      this.#numbers.push(reader.byte());
      const count = reader.varint();
      this.#counts.push(count);
      this.total += count;
    }
  }
}
