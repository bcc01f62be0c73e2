import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Fingerprint } from "../fingerprint.ts";
import type { Block } from "../memory.ts";
import { falsePerDay } from "./budget.ts";

/** Calendar days that a new value waits before it counts as known. */
const waitingDays = 7;
/** Calendar days in which all is new, and those after which growth can be news. */
const firstDays = 14;
const askedAfterDays = 28;
/** Fewer new values than this within a week are never news. */
const leastNews = 3;
/** How many times the most that a week brought without being said it must be. */
const beyondRecord = 2;

/**
 * Which values there are, and how many came within the last week: those wait, and count as known after it. What is too many in a week
 * follows from how many came in all weeks before: the number that a Poisson process of that rate passes as rarely as the budget says.
 * Where more values come than it may hold, it can't tell what is new any more and says nothing.
 */
export class Growth implements Block {
  readonly #max: number;
  /** The most that may wait before it is news; 0 while it isn't asked. */
  limit = 0;
  /** What was said of the growth since a person accepted one; 0 while nothing was. */
  told = 0;
  /** How often growth was accepted. */
  generation = 0;
  #firstDay = 0;
  #news = 0;
  #record = 0;
  #isCrowded = false;
  /** Of each value: the lower half of its fingerprint, when it came, when it was used last; 0 where it waits no longer. */
  #prints: number[] = [];
  #cameOn: number[] = [];
  #usedOn: number[] = [];
  /** Those that wait and were never learned from, by place. */
  #unlearned: boolean[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get waiting(): number {
    let count = 0;
    for (const came of this.#cameOn) if (came !== 0) count += 1;
    return count;
  }

  /** Day on which the first of those that wait came; 0 where none waits. */
  get waitingSince(): number {
    const came = this.#cameOn.filter((one) => one !== 0);
    return came.length === 0 ? 0 : Math.min(...came);
  }

  /** Whether a value is used for the first time today. */
  isFirstToday({ low }: Fingerprint, day: number): boolean {
    if (this.#isCrowded) return false;
    const at = this.#prints.indexOf(low);
    return at === -1 || this.#usedOn[at] !== day;
  }

  /** Whether a value would be one too many. */
  isNews({ low }: Fingerprint): boolean {
    return (
      this.limit > 0 &&
      !this.#isCrowded &&
      !this.#prints.includes(low) &&
      this.waiting >= Math.max(this.limit, this.told)
    );
  }

  /** Notes that growth was said: it is said again when it has doubled, and nothing that waits becomes known until a person accepts it. */
  tell(): void {
    this.told = this.waiting * 2;
  }

  /** Takes all that waits for known. */
  accept(): void {
    this.told = 0;
    this.generation += 1;
    this.#cameOn.fill(0);
    this.#unlearned.fill(false);
  }

  /** Notes that a value was used. */
  use({ low }: Fingerprint, day: number): void {
    if (this.#isCrowded) return;
    if (this.#firstDay === 0) this.#firstDay = day;
    const at = this.#prints.indexOf(low);
    if (at !== -1) {
      this.#usedOn[at] = day;
      if (this.#unlearned[at]!) this.#cameOn[at] = day;
      return;
    }
    if (this.#prints.length >= this.#max) {
      this.#crowd();
      return;
    }
    this.#prints.push(low);
    this.#usedOn.push(day);
    this.#cameOn.push(day);
    this.#unlearned.push(true);
  }

  /** Notes that a value that was just used is learned from. */
  learn({ low }: Fingerprint): void {
    const at = this.#prints.indexOf(low);
    if (at !== -1) this.#unlearned[at] = false;
  }

  /** Begins a day: what has waited long enough is known, and what a week may bring is worked out. */
  turn(day: number): void {
    if (this.#firstDay === 0 || this.#isCrowded) return;
    const sinceDays = day - this.#firstDay;
    const isAsked = sinceDays >= askedAfterDays;
    if (isAsked && this.told === 0) this.#record = Math.max(this.#record, this.waiting);
    for (let at = this.#prints.length - 1; at >= 0; at -= 1) this.#settle(at, day, isAsked);
    this.limit = isAsked ? this.#limitAfter(sinceDays - firstDays) : 0;
  }

  #settle(at: number, day: number, isAsked: boolean): void {
    const came = this.#cameOn[at]!;
    if (came === 0 || (isAsked && day < came + waitingDays)) return;
    if (this.#unlearned[at]!) {
      for (const list of [this.#prints, this.#usedOn, this.#cameOn, this.#unlearned]) list.splice(at, 1);
    } else if (this.told === 0) {
      this.#cameOn[at] = 0;
      if (came >= this.#firstDay + firstDays) this.#news += 1;
    }
  }

  #limitAfter(days: number): number {
    return Math.max(leastNews, beyondRecord * this.#record, mostOf(this.#news, days / 7));
  }

  #crowd(): void {
    this.#isCrowded = true;
    this.limit = 0;
    for (const list of [this.#prints, this.#usedOn, this.#cameOn, this.#unlearned]) list.length = 0;
  }

  pack(writer: ByteWriter): void {
    writer.byte((this.#firstDay === 0 ? 0 : 1) | (this.#isCrowded ? 2 : 0));
    if (this.#firstDay === 0) return;
    for (const one of [this.#firstDay, this.limit, this.told, this.generation, this.#news, this.#record])
      writer.varint(one);
    writer.varint(this.#prints.length);
    this.#prints.forEach((low, at) => {
      writer.int32(low);
      writer.varint(this.#usedOn[at]! - this.#firstDay);
      const came = this.#cameOn[at]!;
      const waits = came === 0 ? 0 : 1 + (came - this.#firstDay) * 2 + (this.#unlearned[at]! ? 1 : 0);
      writer.varint(waits);
    });
  }

  unpack(reader: ByteReader): void {
    const flags = reader.byte();
    if (flags === 0) return;
    this.#isCrowded = (flags & 2) > 0;
    this.#firstDay = reader.varint();
    [this.limit, this.told, this.generation] = [reader.varint(), reader.varint(), reader.varint()];
    [this.#news, this.#record] = [reader.varint(), reader.varint()];
    for (let left = reader.varint(); left > 0; left -= 1) {
      this.#prints.push(reader.int32());
      this.#usedOn.push(this.#firstDay + reader.varint());
      const waits = reader.varint();
      this.#cameOn.push(waits === 0 ? 0 : this.#firstDay + Math.floor((waits - 1) / 2));
      this.#unlearned.push(waits > 0 && (waits - 1) % 2 === 1);
    }
  }
}

/** The most that a week brings but for one in as many days as the budget has, where so many came in so many weeks. */
function mostOf(news: number, weeks: number): number {
  const share = 1 / (1 + weeks);
  const shape = news + 0.5;
  let odds = (1 - share) ** shape;
  let tail = 1 - odds;
  let count = 0;
  for (; tail > falsePerDay && count < countMax; count += 1) {
    odds *= ((shape + count) / (count + 1)) * share;
    tail -= odds;
  }
  return count;
}

/** More than any set may hold. */
const countMax = 256;
