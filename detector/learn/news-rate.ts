import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

/**
 * How many observations there were, since when, and from which of them on the latest count: those are half of all or
 * more, so that what came in the first days, when everything is new, is not held against the habit later. The window
 * moves only where the observations double, so that two numbers are enough to know what lies before it.
 *
 * @example
 * rate.note(news, startedAtUs); // before what it brought is added to the news
 * const newsLately = news - rate.newsBefore;
 */
export class NewsRate implements Block {
  observations = 0;
  /** Hour since 1970 of the first of them, by the sender's clock. */
  fromHour = 0;
  /** News before the window, and before the place where the window moves to next. */
  newsBefore = 0;
  #newsBeforeNext = 0;

  /** Which observation, from 1, is the first of the window. */
  get from(): number {
    return Math.max(1, this.#turn / 4);
  }

  /** Observations within the window. */
  get lately(): number {
    return this.observations === 0 ? 0 : this.observations - this.from + 1;
  }

  /** The power of two above the observations. */
  get #turn(): number {
    return this.observations === 0 ? 1 : 2 ** (Math.floor(Math.log2(this.observations)) + 1);
  }

  /** Notes an observation, when `news` of those before it were new. */
  note(news: number, atUs: number): void {
    if (this.observations === 0) this.fromHour = hourOf(atUs);
    this.observations += 1;
    if (!isPowerOfTwo(this.observations)) return;
    this.newsBefore = this.#newsBeforeNext;
    this.#newsBeforeNext = news;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.observations);
    if (this.observations === 0) return;
    writer.varint(this.fromHour);
    writer.varint(this.newsBefore);
    writer.varint(this.#newsBeforeNext);
  }

  unpack(reader: ByteReader): void {
    this.observations = reader.varint();
    if (this.observations === 0) return;
    this.fromHour = reader.varint();
    this.newsBefore = reader.varint();
    this.#newsBeforeNext = reader.varint();
  }
}

const usPerHour = 3_600_000_000;

/** Hour since 1970 of an instant; of one before that, the first. */
export const hourOf = (atUs: number): number => Math.max(0, Math.floor(atUs / usPerHour));

function isPowerOfTwo(count: number): boolean {
  return count < 2 ** 31 ? (count & (count - 1)) === 0 : Number.isInteger(Math.log2(count));
}
