import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";
import { anchorDays, waitingDays } from "./budget.ts";
import { Series } from "./series.ts";

export const usPerHour = 3_600_000_000;
const hoursPerDay = 24;

/** What is counted of an identity. */
export interface Measure {
  readonly name: string;
  /** Whether it counts things; else it adds up sizes. */
  readonly isCount: boolean;
  /** Whether its busiest hour of a day is looked at as well. */
  readonly isHourly: boolean;
}

/** What was said on a day: nothing, something weak, something clear. */
export type Grade = 0 | 1 | 2;

/** A measure that is more than it may be: of today, or of this hour. */
export interface Crossing {
  readonly measure: number;
  readonly isHour: boolean;
  readonly count: number;
  readonly usual: number;
  readonly octave: number;
}

/** A change is clear from twice the usual on. */
export const gradeOf = ({ octave }: Crossing): Grade => (octave > 0 ? 2 : 1);

/**
 * Volumes of one identity by UTC day and hour. A day is closed by the first action of a later one, however much later: days without an
 * action are no days. A closed day waits for a week of active days and then becomes part of the anchor, unless something was said of
 * it; an anchor of four weeks is frozen. From then on only a person, or what is accepted beforehand, moves it.
 */
export class DayBook implements Block {
  readonly series: readonly Series[];
  /** Busiest hours, a place for each measure; those that are not looked at by hour stay empty. */
  readonly peaks: readonly Series[];
  /** Days since 1970; 0 before the first. */
  day = 0;
  /** Hours since 1970. */
  hour = 0;
  /** Ordinal of the first action that was counted. */
  since = 0;
  /** How often it was anchored anew. */
  generation = 0;
  /** The most that was said today. */
  said: Grade = 0;
  readonly #measures: readonly Measure[];
  readonly #hours: number[];
  /** All series that are in use. */
  readonly #kept: readonly Series[];
  #isLearned = false;
  #isNews = false;
  #isAccepted = false;
  #anchor: number[] = [];
  #latest: number[] = [];
  /** Of each day that waits, whether it may become part of the anchor. */
  #fit: boolean[] = [];

  constructor(measures: readonly Measure[]) {
    this.#measures = measures;
    this.series = measures.map(({ isCount }) => new Series(isCount));
    this.peaks = measures.map(({ isCount }) => new Series(isCount, true));
    this.#hours = measures.map(() => 0);
    this.#kept = [...this.series, ...this.peaks.filter((_, nth) => measures[nth]!.isHourly)];
  }

  /** Whether anything was counted. */
  get hasBegun(): boolean {
    return this.day > 0;
  }

  /** Days of the anchor, since 1970. */
  get anchor(): readonly number[] {
    return this.#anchor;
  }

  /** Days that wait. */
  get latest(): readonly number[] {
    return this.#latest;
  }

  /** Whether with these amounts anything would be more than it may be. Within the day and hour that are open. */
  isNews(hour: number, amounts: ArrayLike<number>): boolean {
    for (let nth = 0; nth < this.series.length; nth += 1) {
      const amount = amounts[nth]!;
      if (amount === 0) continue;
      if (this.series[nth]!.exceeds(amount)) return true;
      if (this.#inHour(nth, hour) + amount > this.peaks[nth]!.limit) return true;
    }
    return false;
  }

  /** All that would be; the gravest first. */
  crossings(hour: number, amounts: ArrayLike<number>): readonly Crossing[] {
    const found: Crossing[] = [];
    this.#measures.forEach((_, measure) => {
      const amount = amounts[measure]!;
      if (amount === 0) return;
      const add = (series: Series, count: number, isHour: boolean): void => {
        if (count <= series.limit) return;
        found.push({ measure, isHour, count, usual: series.usual, octave: series.octaveOf(count) });
      };
      add(this.series[measure]!, this.series[measure]!.today + amount, false);
      add(this.peaks[measure]!, this.#inHour(measure, hour) + amount, true);
    });
    return found.toSorted((a, b) => b.octave - a.octave);
  }

  /** What may have been said under this anchor: measure, whether of an hour, octave. */
  toldCauses(): readonly (readonly [number, boolean, number])[] {
    const causes: [number, boolean, number][] = [];
    for (const isHour of [false, true])
      (isHour ? this.peaks : this.series).forEach((one, nth) => {
        for (let octave = 0; octave < one.toldOctaves; octave += 1) causes.push([nth, isHour, octave]);
      });
    return causes;
  }

  /** Ends the day, if this is a later one, and begins that. */
  turn(day: number): void {
    if (day <= this.day) return;
    if (this.day > 0) this.#close();
    // The first day is not known in whole, and so is no measure of others.
    this.#isNews = this.day === 0;
    this.day = day;
    this.#isLearned = false;
    this.said = 0;
    this.#hours.fill(0);
    for (const one of this.#kept) one.open(day, this);
  }

  /** Counts what one action brings. */
  count(hour: number, amounts: ArrayLike<number>): void {
    if (hour > this.hour) {
      this.hour = hour;
      this.#hours.fill(0);
    }
    for (let nth = 0; nth < this.series.length; nth += 1) {
      const amount = amounts[nth]!;
      if (amount === 0) continue;
      this.series[nth]!.today += amount;
      if (!this.#measures[nth]!.isHourly) continue;
      const inHour = (this.#hours[nth]! += amount);
      const peak = this.peaks[nth]!;
      if (inHour > peak.today) peak.today = inHour;
    }
  }

  /** Notes that today is learned from. */
  learn(): void {
    this.#isLearned = true;
  }

  /** Notes what was said of crossings: they are said again when they have doubled, and what set them off is not learned from. */
  tell(crossings: readonly Crossing[], grade: Grade): void {
    this.#isNews = true;
    if (grade > this.said) this.said = grade;
    for (const { measure, isHour } of crossings) (isHour ? this.peaks : this.series)[measure]!.tell();
  }

  /** Notes that what is usual has changed, and that this is fine: with the end of the day the fast baseline is the anchor. */
  accept(): void {
    this.#isAccepted = true;
  }

  #inHour(nth: number, hour: number): number {
    return hour > this.hour ? 0 : this.#hours[nth]!;
  }

  #close(): void {
    // All measures tell of one change.
    if (this.said > 0) for (const one of this.#kept) one.tellToo(this);
    for (const one of this.#kept) one.close(this.day, this);
    this.#latest.push(this.day);
    this.#fit.push(this.#isLearned && !this.#isNews);
    if (this.#isAccepted) this.#anchorAnew();
    else if (this.#latest.length > waitingDays) this.#settle();
  }

  #settle(): void {
    const becomesAnchor = this.#fit.shift()! && this.#anchor.length < anchorDays;
    const day = this.#latest.shift()!;
    for (const one of this.#kept) one.settle(becomesAnchor);
    if (becomesAnchor) this.#anchor.push(day);
  }

  #anchorAnew(): void {
    for (const one of this.#kept) one.anchorAnew();
    this.#anchor = this.#latest;
    this.#latest = [];
    this.#fit = [];
    this.generation += 1;
    this.#isAccepted = false;
  }

  pack(writer: ByteWriter): void {
    const flags = [this.#isLearned, this.#isNews, this.#isAccepted, this.day > 0];
    writer.byte(flags.reduce((bits, one, at) => bits | (one ? 1 << at : 0), this.said << flags.length));
    if (!this.hasBegun) return;
    writer.varint(this.day);
    writer.varint(Math.max(0, this.hour - this.day * hoursPerDay));
    writer.varint(this.since);
    writer.varint(this.generation);
    writer.varint(this.#anchor.length);
    writer.varint(this.#latest.length);
    let before = 0;
    for (const day of [...this.#anchor, ...this.#latest]) {
      writer.varint(day - before);
      before = day;
    }
    writer.byte(this.#fit.reduce((bits, one, at) => bits | (one ? 1 << at : 0), 0));
    this.#measures.forEach(({ isHourly }, nth) => {
      this.series[nth]!.pack(writer);
      if (!isHourly) return;
      this.peaks[nth]!.pack(writer);
      writer.varint(this.#hours[nth]!);
    });
  }

  unpack(reader: ByteReader): void {
    const flags = reader.byte();
    [this.#isLearned, this.#isNews, this.#isAccepted] = [(flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0];
    this.said = flags >= 32 ? 2 : flags >= 16 ? 1 : 0;
    if ((flags & 8) === 0) return;
    this.day = reader.varint();
    this.hour = this.day * hoursPerDay + reader.varint();
    this.since = reader.varint();
    this.generation = reader.varint();
    const [anchored, waiting] = [reader.varint(), reader.varint()];
    let before = 0;
    const next = (): number => (before += reader.varint());
    this.#anchor = Array.from({ length: anchored }, next);
    this.#latest = Array.from({ length: waiting }, next);
    const fit = reader.byte();
    this.#fit = this.#latest.map((_, at) => (fit & (1 << at)) > 0);
    this.#measures.forEach(({ isHourly }, nth) => {
      this.series[nth]!.unpack(reader);
      if (!isHourly) return;
      this.peaks[nth]!.unpack(reader);
      this.#hours[nth] = reader.varint();
    });
  }
}
