import { type Crossing, DayBook, gradeOf } from "../../../detector/learn/volume/day-book.ts";
import { measures } from "../../../detector/learn/volume/measures.ts";
import type { Chance } from "./chance.ts";
import { Life, type Shape, workHours } from "./lives.ts";

/** Days that are honest before anything is measured. */
const warmUpDays = 60;

/** Where a ramp was found. */
export interface Caught {
  /** The day's volume as it had come to be when it was said, by the usual: of the day before in whole, or of that day up to then. */
  readonly reached: number;
  /** What the attacker did on that day in whole, by the usual. */
  readonly ofDay: number;
  readonly measure: string;
}

/** What is said of a day: how much of it had passed. */
function saidOn(
  book: DayBook,
  day: number,
  hours: readonly Float64Array[],
): { share: number; by: Crossing }[] {
  const said: { share: number; by: Crossing }[] = [];
  if (hours.length === 0) return said;
  book.turn(day);
  const whole = hours.reduce((sum, one) => sum + one[0]!, 0);
  let before = 0;
  hours.forEach((amounts, nth) => {
    const hour = day * 24 + workHours[nth]!;
    const crossings = book.crossings(hour, amounts);
    book.count(hour, amounts);
    book.learn();
    if (crossings.length > 0) {
      // Within the hour at the action that passes the limit; hours are one step here, so at that share of it.
      const shares = crossings.map((one) => shareOf(book, one, amounts));
      const best = shares.indexOf(Math.min(...shares));
      const grade = gradeOf(crossings[0]!);
      // As the detector does: one a day, and another where it becomes graver.
      if (grade > book.said)
        said.push({ share: (before + shares[best]! * amounts[0]!) / whole, by: crossings[best]! });
      book.tell(crossings, grade);
    }
    before += amounts[0]!;
  });
  return said;
}

/** What share of an hour it took to pass the limit. */
function shareOf(book: DayBook, { measure, isHour, count }: Crossing, amounts: Float64Array): number {
  const amount = amounts[measure]!;
  const series = (isHour ? book.peaks : book.series)[measure]!;
  return Math.min(1, Math.max(0, (series.limit + 1 - (count - amount)) / amount));
}

/** Findings on an identity that stays honest for so many days after its warm-up. */
export function falseOn(shape: Shape, chance: Chance, days: number): { readonly found: string[] } {
  const life = new Life(shape, chance);
  const book = new DayBook(measures);
  const from = 19_000 + Math.floor(chance.uniform() * 365);
  const found: string[] = [];
  for (let nth = 0; nth < warmUpDays + days; nth += 1) {
    const said = saidOn(book, from + nth, life.day(from + nth, 1));
    if (nth >= warmUpDays)
      for (const { by } of said)
        found.push(`${measures[by.measure]!.name}${by.isHour ? " an hour" : " a day"}`);
  }
  return { found };
}

/** Ramps up by `growth` a day to ten times, and goes on for ten days; undefined where nobody said anything. */
export function rampOn(shape: Shape, chance: Chance, growth: number): Caught | undefined {
  const life = new Life(shape, chance);
  const book = new DayBook(measures);
  const from = 19_000 + Math.floor(chance.uniform() * 365);
  for (let nth = 0; nth < warmUpDays; nth += 1) saidOn(book, from + nth, life.day(from + nth, 1));
  const rampDays = Math.ceil(Math.log(10) / Math.log1p(growth));
  let before = 1;
  for (let nth = 1; nth <= rampDays + 10; nth += 1) {
    const ofDay = Math.min(10, (1 + growth) ** nth);
    const day = from + warmUpDays + nth - 1;
    const hours = life.day(day, ofDay);
    if (hours.length === 0) continue;
    const [said] = saidOn(book, day, hours);
    if (said !== undefined)
      return {
        ofDay,
        reached: Math.max(before, ofDay * said.share),
        measure: `${measures[said.by.measure]!.name}${said.by.isHour ? " an hour" : " a day"}`,
      };
    before = ofDay;
  }
  return undefined;
}
