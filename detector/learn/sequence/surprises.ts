import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";

/** Surprises of more bits count as so many. */
export const surpriseMax = 31;
/** After so many sessions all counts are halved, so that what is long past weighs less. */
const sessionsMax = 256;

/** How many sessions surprised by how many whole bits at most, each judged by what was known before it. */
export class Surprises implements Block {
  sessions = 0;
  /** Things done in them, and how many bits all of them surprised by, each rounded. */
  #done = 0;
  #bits = 0;
  readonly #counts = Array.from({ length: surpriseMax + 1 }, () => 0);

  /** Bits that a thing done surprises by on average: how varied the work is. */
  get bitsEach(): number {
    return this.#bits / Math.max(1, this.#done);
  }

  /** Something was done. */
  add(bits: number): void {
    this.#done += 1;
    this.#bits += bits;
  }

  /** A session begins. */
  begin(): void {
    this.sessions += 1;
    if (this.sessions < sessionsMax) return;
    this.sessions = Math.floor(this.sessions / 2);
    this.#done = Math.floor(this.#done / 2);
    this.#bits = Math.floor(this.#bits / 2);
    for (let at = 0; at <= surpriseMax; at += 1) this.#counts[at] = Math.floor(this.#counts[at]! / 2);
  }

  /** The most of a session rose from so many whole bits to so many. */
  rise(from: number, to: number): void {
    if (from > 0) this.#counts[from] = Math.max(0, this.#counts[from]! - 1);
    this.#counts[to]! += 1;
  }

  /** Share of sessions that surprise by so many bits or more, from 0 to 1; the half is what none of few may hide (Jeffreys). */
  share(bits: number): number {
    let above = 0;
    for (let at = bits; at <= surpriseMax; at += 1) above += this.#counts[at]!;
    return Math.min(1, (above + 0.5) / (this.sessions + 1));
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.sessions);
    if (this.sessions === 0) return;
    writer.varint(this.#done);
    writer.varint(this.#bits);
    for (const count of this.#counts) writer.varint(count);
  }

  unpack(reader: ByteReader): void {
    this.sessions = reader.varint();
    if (this.sessions === 0) return;
    this.#done = reader.varint();
    this.#bits = reader.varint();
    for (let at = 0; at <= surpriseMax; at += 1) this.#counts[at] = reader.varint();
  }
}
