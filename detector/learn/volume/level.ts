import { tOfZ, zOfT } from "./odds.ts";

/** What days usually bring, on the scale of logarithms: volumes vary by factors. */
export interface Level {
  readonly days: number;
  readonly centre: number;
  /** Standard deviation of a day, once its weekday is known. */
  readonly scale: number;
  /** How far the days of each weekday lie from the centre, Monday first. */
  readonly offsets: readonly number[];
  /** The most that a day brought. */
  readonly record: number;
}

/** A weekday is known from so many of its days on. */
const weekdayDaysMin = 3;
/** No identity is known better than to this factor a day, whatever it did before. */
const scaleMin = 0.1;
/** Outliers count as this many deviations where the centre is looked for. */
const outlier = 3;
/** Of a normal distribution: standard deviation by median deviation. */
const byMedian = 1.4826;

const weekdays = 7;
const noOffsets: readonly number[] = Array.from({ length: weekdays }, () => 0);

/** Day of the week, 0 for Monday, of a day since 1970. */
export const weekdayOf = (day: number): number => (day + 3) % weekdays;

/**
 * The level of days with these counts. The centre is robust; the scale is not, so that who has outliers is known to have them.
 *
 * @param counts At least one.
 * @param isCount Whether they are numbers of things, which vary by chance alone as well.
 */
export function levelOf(counts: readonly number[], days: readonly number[], isCount: boolean): Level {
  const logs = counts.map((count) => Math.log1p(count));
  const middle = medianOf(logs);
  const floor = Math.sqrt(scaleMin ** 2 + (isCount ? Math.exp(-middle) : 0));
  const reach = outlier * Math.max(floor, byMedian * medianOf(logs.map((one) => Math.abs(one - middle))));
  const near = logs.map((one) => Math.min(middle + reach, Math.max(middle - reach, one)));
  const centre = meanOf(near);
  const { offsets, freedom } = offsetsOf(near, days, centre);
  const squares = logs.reduce(
    (sum, one, at) => sum + (one - centre - offsets[weekdayOf(days[at]!)]!) ** 2,
    0,
  );
  const scale = Math.max(floor, Math.sqrt(squares / Math.max(1, counts.length - 1 - freedom)));
  return { days: counts.length, centre, scale, offsets, record: Math.max(...counts) };
}

/** How far a day with this count lies from what is usual on its weekday, as a normal number. */
export function zOfCount(level: Level, count: number, day: number): number {
  const t = (Math.log1p(count) - level.centre - level.offsets[weekdayOf(day)]!) / spread(level);
  return zOfT(t, level.days - 1);
}

/** The highest count of a day that lies no further off than `z`. */
export function countOfZ(level: Level, z: number, day: number): number {
  const log = level.centre + level.offsets[weekdayOf(day)]! + tOfZ(z, level.days - 1) * spread(level);
  return Math.floor(Math.expm1(Math.min(log, logMax)));
}

/** Beyond this, numbers are no longer whole. */
const logMax = Math.log(2 ** 52);

const spread = ({ scale, days }: Level): number => scale * Math.sqrt(1 + 1 / days);

/**
 * What weekdays differ by, as far as they differ by more than chance would: each is drawn towards the centre by how little
 * is known of it (James and Stein). `freedom`: how many numbers were in effect learned so.
 */
function offsetsOf(
  logs: readonly number[],
  days: readonly number[],
  centre: number,
): { readonly offsets: readonly number[]; readonly freedom: number } {
  const sums = [...noOffsets];
  const seen = [...noOffsets];
  logs.forEach((one, at) => {
    const weekday = weekdayOf(days[at]!);
    sums[weekday]! += one - centre;
    seen[weekday]! += 1;
  });
  const known = [...seen.keys()].filter((weekday) => seen[weekday]! >= weekdayDaysMin);
  if (known.length < 2) return { offsets: noOffsets, freedom: 0 };
  const means = sums.map((sum, weekday) => (seen[weekday] === 0 ? 0 : sum / seen[weekday]!));
  let within = 0;
  let inThem = 0;
  logs.forEach((one, at) => {
    const weekday = weekdayOf(days[at]!);
    if (seen[weekday]! < weekdayDaysMin) return;
    within += (one - centre - means[weekday]!) ** 2;
    inThem += 1;
  });
  const noise = within / Math.max(1, inThem - known.length);
  const between = known.reduce((sum, weekday) => sum + means[weekday]! ** 2 - noise / seen[weekday]!, 0);
  const true2 = Math.max(0, between / (known.length - 1));
  const offsets = [...noOffsets];
  let freedom = 0;
  for (const weekday of known) {
    const share = true2 === 0 ? 0 : true2 / (true2 + noise / seen[weekday]!);
    offsets[weekday] = means[weekday]! * share;
    freedom += share;
  }
  return { offsets, freedom: Math.max(0, freedom * (1 - 1 / known.length)) };
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** The middle one of them, the lower of two. */
export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!;
}
