import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";
import { weekdayOf } from "./level.ts";

const hoursPerDay = 24;
/** Calendar days after which it is known when an identity works, and active ones. */
const knownAfterDays = 56;
const activeDaysMin = 20;
/** Hours before and after one that must be free of work, too, for its work to be news. */
const hoursAround = 2;
/** An hour or weekday counts as worked from the second time on. */
const onceMax = 1;

/** On how many days an identity worked at each hour and weekday, and how long it rested at most. */
export class WorkTimes implements Block {
  activeDays = 0;
  firstDay = 0;
  /** Hours since 1970 of the latest action. */
  lastHour = 0;
  /** The longest time without an action, in days. */
  longestRest = 0;
  readonly #hours: number[] = Array.from({ length: hoursPerDay }, () => 0);
  readonly #weekdays: number[] = Array.from({ length: 7 }, () => 0);

  get lastDay(): number {
    return Math.floor(this.lastHour / hoursPerDay);
  }

  /** Whether enough is known, by this day. */
  knows(day: number): boolean {
    return this.activeDays >= activeDaysMin && day - this.firstDay >= knownAfterDays;
  }

  /** Days that it worked at this hour of the day, and at those around it. */
  near(hour: number): number {
    let sum = 0;
    for (let by = -hoursAround; by <= hoursAround; by += 1)
      sum += this.#hours[(hour + by + hoursPerDay) % hoursPerDay]!;
    return sum;
  }

  isNewHour(hour: number): boolean {
    return this.near(hour % hoursPerDay) <= onceMax;
  }

  isNewWeekday(day: number): boolean {
    return this.#weekdays[weekdayOf(day)]! <= onceMax;
  }

  onWeekday(day: number): number {
    return this.#weekdays[weekdayOf(day)]!;
  }

  /** Notes an action. @param isRestUsual Whether the time before it may count as a rest. */
  learn(hour: number, isRestUsual: boolean): void {
    if (hour <= this.lastHour) return;
    const day = Math.floor(hour / hoursPerDay);
    if (this.firstDay === 0) this.firstDay = day;
    if (day > this.lastDay) {
      if (isRestUsual && this.lastDay > 0) this.longestRest = Math.max(this.longestRest, day - this.lastDay);
      this.activeDays += 1;
      this.#weekdays[weekdayOf(day)]! += 1;
    }
    this.#hours[hour % hoursPerDay]! += 1;
    this.lastHour = hour;
  }

  pack(writer: ByteWriter): void {
    for (const one of [this.lastHour, this.firstDay, this.activeDays, this.longestRest]) writer.varint(one);
    if (this.lastHour === 0) return;
    for (const one of this.#weekdays) writer.varint(one);
    for (const one of this.#hours) writer.varint(one);
  }

  unpack(reader: ByteReader): void {
    this.lastHour = reader.varint();
    this.firstDay = reader.varint();
    this.activeDays = reader.varint();
    this.longestRest = reader.varint();
    if (this.lastHour === 0) return;
    for (let at = 0; at < 7; at += 1) this.#weekdays[at] = reader.varint();
    for (let at = 0; at < hoursPerDay; at += 1) this.#hours[at] = reader.varint();
  }
}
