import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";
import { NewsRate } from "./news-rate.ts";
import { SeenValues } from "./seen-values.ts";

/**
 * How often something is observed, how often that was new, and which values there were. When more values come than it
 * may hold, it no longer knows what is new; as soon as it may hold more, it begins anew.
 */
export class Novelty implements Block {
  rate = new NewsRate();
  news = 0;
  /** Ordinal of the action with which it began anew; undefined while it knows everything from the first one on. */
  since: number | undefined = undefined;
  #isCrowded = false;
  #valuesMax = 0;
  #values = new SeenValues();

  /** Whether it can tell: a value that it has forgotten would look new. */
  get canTell(): boolean {
    return !this.#isCrowded;
  }

  get observations(): number {
    return this.rate.observations;
  }

  /** News among the latest observations. */
  get newsLately(): number {
    return this.news - this.rate.newsBefore;
  }

  /** How rare something new is here, in bits; 5 bits are one observation in 32. */
  get bits(): number {
    return -Math.log2((this.news + 0.5) / (this.observations + 1));
  }

  has(value: Fingerprint): boolean {
    return this.#values.has(value);
  }

  /** Learns a value; remembers it while there is room for `valuesMax`. */
  observe(value: Fingerprint, valuesMax: number, ordinal: number, atUs = 0): void {
    if (this.#isCrowded && valuesMax > this.#valuesMax) this.#beginAnew(ordinal);
    this.#valuesMax = valuesMax;
    this.rate.note(this.news, atUs);
    if (this.#isCrowded || this.#values.has(value)) return;
    this.news += 1;
    if (this.#values.size < valuesMax) this.#values.add(value);
    else this.#isCrowded = true;
  }

  #beginAnew(ordinal: number): void {
    this.rate = new NewsRate();
    this.news = 0;
    this.since = ordinal;
    this.#isCrowded = false;
    this.#values = new SeenValues();
  }

  pack(writer: ByteWriter): void {
    this.rate.pack(writer);
    writer.byte((this.#isCrowded ? 1 : 0) | (this.since === undefined ? 0 : 2));
    if (this.observations === 0) return;
    writer.varint(this.news);
    writer.varint(this.#valuesMax);
    if (this.since !== undefined) writer.varint(this.since);
    this.#values.pack(writer);
  }

  unpack(reader: ByteReader): void {
    this.rate.unpack(reader);
    const flags = reader.byte();
    if (this.observations === 0) return;
    this.news = reader.varint();
    this.#valuesMax = reader.varint();
    this.#isCrowded = (flags & 1) === 1;
    if ((flags & 2) === 2) this.since = reader.varint();
    this.#values.unpack(reader);
  }
}
