import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";
import { anchorDays, cusumMax, dayMax, slack, spans, spanSums, stepDays, stepZ } from "./budget.ts";
import { countOfZ, type Level, levelOf, medianOf, zOfCount } from "./level.ts";

/** What is said again of a rise that was said: the next power of two of what is usual. */
const nextOctave = (count: number, usual: number): number =>
  Math.max(1, usual) * 2 ** (Math.floor(Math.log2(Math.max(1, count / Math.max(1, usual)))) + 1);

/** Stands for "nothing is too much": what a series says that can't tell yet. */
const noLimit = Number.POSITIVE_INFINITY;
/** A CUSUM is kept in whole thousandths, so that it is the same once it was packed. */
const milli = 1000;
/** Beyond this it doesn't rise. */
const cusumTop = 100 * milli;

/** How far a day may go beyond the most that one of the anchor brought, in its standard deviations. */
const beyondRecord = 2;
/** The same beyond a day of which something was said. */
const beyondTold = 3;
/** Beyond this, numbers are no longer whole. */
const countMax = 2 ** 52;
/** Days like the highest of the anchor that may come in a row and are not news: what happens once may last. */
const daysInRow = 5;
/** How many times as far up it may go as the anchor's own days did. */
const beyondAnchor = 2;

/** How far up the anchor's own days went: what an identity did when all was well it may do again. */
interface Ups {
  readonly day: number;
  readonly cusum: number;
  /** The most that as many days in a row as each span has added up to. */
  readonly sums: readonly number[];
}

function upsOf(level: Level, counts: readonly number[], days: readonly number[]): Ups {
  const zs = counts.map((count, at) => Math.min(dayMax, zOfCount(level, count, days[at]!)));
  let cusum = 0;
  let most = 0;
  for (const z of zs) {
    cusum = Math.max(0, cusum + z - slack);
    most = Math.max(most, cusum);
  }
  const sums = spans.map((span) =>
    Math.max(...zs.map((_, at) => sumOf(zs.slice(Math.max(0, at + 1 - span), at + 1)))),
  );
  return { day: Math.max(0, ...zs), cusum: most, sums };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

/** Which days the counts of a series are of: one list for all series of an identity. */
export interface Calendar {
  /** Days of the anchor, since 1970. */
  readonly anchor: readonly number[];
  /** Days that wait, the fast baseline. */
  readonly latest: readonly number[];
}

/**
 * One measure a day: what was counted so far, what is usual by the frozen anchor, and how far the days since lie above it. What today
 * may bring is one number that is worked out when the day opens, so that an action costs a comparison.
 */
export class Series implements Block {
  readonly #isCount: boolean;
  readonly #isStepOnly: boolean;
  /** What today brought so far. */
  today = 0;
  /** The most that it may bring before it is news. */
  limit = noLimit;
  /** What the day usually brings: the median of the anchor; 0 while there is none. */
  usual = 0;
  #cusum = 0;
  #anchor: number[] = [];
  #latest: number[] = [];
  /** What was said last under this anchor; 0 while nothing was. */
  #told = 0;
  #level: Level | undefined = undefined;
  #ups: Ups | undefined = undefined;

  /**
   * @param isCount Whether it counts things; else it adds up sizes.
   * @param isStepOnly Whether days are only looked at one by one.
   */
  constructor(isCount: boolean, isStepOnly = false) {
    this.#isCount = isCount;
    this.#isStepOnly = isStepOnly;
  }

  /** What the days that wait brought, the earliest first. */
  get latest(): readonly number[] {
    return this.#latest;
  }

  get anchor(): readonly number[] {
    return this.#anchor;
  }

  /** Whether what today brought until now, and `more`, is news. */
  exceeds(more: number): boolean {
    return this.today + more > this.limit;
  }

  /** How many times the usual a count is, as a power of two. */
  octaveOf(count: number): number {
    return Math.max(0, Math.floor(Math.log2(Math.max(1, count) / Math.max(1, this.usual))));
  }

  /** Octaves of which something may have been said under this anchor. */
  get toldOctaves(): number {
    return this.#told === 0 ? 0 : this.octaveOf(this.#told) + 1;
  }

  /** Notes that it was said how much today brought: it is said again when that has doubled. */
  tell(): void {
    this.#told = Math.max(this.#told, nextOctave(this.today, this.usual));
    this.limit = Math.max(this.limit, this.#told);
  }

  /** Notes that what today brought beyond the usual was part of what was said: so much, and what chance adds, is not said again. */
  tellToo(calendar: Calendar): void {
    if (this.usual === 0 || this.today <= this.usual) return;
    const scale = this.#levelOf(calendar)?.scale ?? 0;
    const beyond = Math.min(countMax, Math.ceil(this.today * Math.exp(beyondTold * scale)));
    this.#told = Math.max(this.#told, beyond, nextOctave(this.today, this.usual));
  }

  /** Ends the day. @param calendar As it was while the day was open. */
  close(day: number, calendar: Calendar): void {
    const level = this.#levelOf(calendar);
    if (!this.#isStepOnly && level !== undefined && level.days >= anchorDays) {
      const z = Math.min(dayMax, zOfCount(level, this.today, day));
      const sum = this.#cusum + Math.round((z - slack) * milli);
      this.#cusum = Math.min(cusumTop, Math.max(0, sum));
    }
    this.#latest.push(this.today);
    this.today = 0;
  }

  /** Takes the oldest day that waits into the anchor, or forgets it. */
  settle(becomesAnchor: boolean): void {
    const count = this.#latest.shift();
    if (!becomesAnchor || count === undefined) return;
    this.#anchor.push(count);
    this.#level = undefined;
    this.#ups = undefined;
  }

  /** What was counted lately is usual from now on. */
  anchorAnew(): void {
    this.#anchor = this.#latest;
    this.#latest = [];
    this.#level = undefined;
    this.#ups = undefined;
    this.#cusum = 0;
    this.#told = 0;
  }

  /** Begins a day. */
  open(day: number, calendar: Calendar): void {
    const level = this.#levelOf(calendar);
    this.usual = level === undefined ? 0 : medianOf(this.#anchor);
    this.limit = level === undefined ? noLimit : Math.max(this.#limitOf(level, day, calendar), this.#told);
  }

  #limitOf(level: Level, day: number, calendar: Calendar): number {
    // A single day is news where it is rare by the scale, and beyond all that was there before.
    const step = Math.max(countOfZ(level, stepZ, day), level.record * Math.exp(beyondRecord * level.scale));
    if (this.#isStepOnly || level.days < anchorDays) return Math.ceil(step);
    return Math.min(Math.ceil(step), countOfZ(level, this.#zMax(level, calendar), day));
  }

  /** How far off today may be by the days before it; never less than what is usual. */
  #zMax(level: Level, { anchor, latest }: Calendar): number {
    const ups = (this.#ups ??= upsOf(level, this.#anchor, anchor));
    const byCusum =
      Math.max(cusumMax, beyondAnchor * ups.cusum, daysInRow * (ups.day - slack)) +
      slack -
      this.#cusum / milli;
    const zs = this.#latest.map((count, at) => Math.min(dayMax, zOfCount(level, count, latest[at]!)));
    let most = byCusum;
    spans.forEach((span, nth) => {
      if (zs.length < span - 1) return;
      const before = sumOf(zs.slice(zs.length + 1 - span));
      most = Math.min(most, Math.max(spanSums[nth]!, beyondAnchor * ups.sums[nth]!) - before);
    });
    return most > dayMax ? noLimit : Math.max(0, most);
  }

  #levelOf({ anchor }: Calendar): Level | undefined {
    if (this.#anchor.length < stepDays) return undefined;
    return (this.#level ??= levelOf(this.#anchor, anchor, this.#isCount));
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.today);
    writer.varint(this.limit === noLimit ? 0 : Math.max(0, this.limit) + 1);
    writer.varint(this.usual);
    writer.varint(this.#cusum);
    writer.varint(this.#told);
    for (const counts of [this.#anchor, this.#latest]) {
      writer.varint(counts.length);
      for (const count of counts) writer.varint(count);
    }
  }

  unpack(reader: ByteReader): void {
    this.today = reader.varint();
    const limit = reader.varint();
    this.limit = limit === 0 ? noLimit : limit - 1;
    this.usual = reader.varint();
    this.#cusum = reader.varint();
    this.#told = reader.varint();
    this.#anchor = Array.from({ length: reader.varint() }, () => reader.varint());
    this.#latest = Array.from({ length: reader.varint() }, () => reader.varint());
  }
}
