import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

/** How often the same thing came in a row, and since which action. */
export class Streak implements Block {
  count = 0;
  /** Ordinal of the action with which it began. */
  since = 0;
  #key: Fingerprint = { high: 0, low: 0 };

  isOf({ high, low }: Fingerprint): boolean {
    return this.count > 0 && this.#key.high === high && this.#key.low === low;
  }

  /** One more; of another thing, the first. */
  add(key: Fingerprint, ordinal: number): void {
    if (!this.isOf(key)) {
      this.#key = key;
      this.count = 0;
      this.since = ordinal;
    }
    this.count += 1;
  }

  end(): void {
    this.#key = { high: 0, low: 0 };
    this.count = 0;
    this.since = 0;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.count);
    if (this.count === 0) return;
    writer.varint(this.since);
    writer.int32(this.#key.high);
    writer.int32(this.#key.low);
  }

  unpack(reader: ByteReader): void {
    this.count = reader.varint();
    if (this.count === 0) return;
    this.since = reader.varint();
    this.#key = { high: reader.int32(), low: reader.int32() };
  }
}
