import type { NewsRate } from "../learn/news-rate.ts";

/**
 * How many findings a year an identity's own habit may be expected to raise, for each kind of thing: one a month that opens an
 * episode, two a week that are only stored.
 */
export const allowed = { medium: 12, low: 104 } as const;

/** Bits of an alarm that uses the budget up; what is rarer has more. */
const bitsOfAlarm = 2;
const daysAYear = 365;

/** What is expected of an identity's habit. */
export interface Expected {
  /** Days from its first observation to its latest action; one at least. */
  readonly days: number;
  /** Expected new values a year, were it to go on as it did lately. */
  readonly perYear: number;
  readonly bits: number;
}

interface Counted {
  readonly rate: Pick<NewsRate, "lately" | "fromHour" | "observations">;
  readonly newsLately: number;
}

/**
 * How many new values a year are to be expected of a habit, and so how many false findings, if each were one.
 *
 * New values are taken to come by chance at an unknown rate r (a Poisson process). With k of them in a window of w days, and
 * nothing else known (Jeffreys' prior, r^-½), r has a Gamma(k + ½, w) distribution, whose mean is (k + ½) / w a day. The window
 * is the latest observations, half of all or more: w = days · lately / observations, so
 *
 *     perYear = 365 · (newsLately + ½) · observations / (lately · days)
 *
 * A finding is made where perYear is at most what is allowed a year. As a threshold in bits for one use, with
 * u = 365 · observations / days uses a year and p = (newsLately + ½) / lately as the chance of a new value in one:
 * −log₂ p ≥ log₂(u / allowed). So an identity that acts a thousand times as often must be ten bits more regular.
 * `bits` is how far below the budget of an alarm it is: 2 + log₂(allowed.medium / perYear), 0 at least.
 *
 * It is a bound and no forecast: a settled identity brings nothing new for years and is counted with the half that it might
 * have brought. So the figure falls with the time it stayed settled: 35 to 52 a year after a week, 8 to 12 after 30 days, 3 to 4 after 90.
 */
export function expectedOf({ rate, newsLately }: Counted, latestHour: number): Expected {
  if (rate.observations === 0) return { days: 1, perYear: Number.POSITIVE_INFINITY, bits: 0 };
  const days = Math.max(1, (latestHour - rate.fromHour) / 24);
  const perYear = (daysAYear * (newsLately + 0.5) * rate.observations) / (rate.lately * days);
  return { days, perYear, bits: Math.max(0, bitsOfAlarm + Math.log2(allowed.medium / perYear)) };
}

const days = "greatest(1, (latest - fromHour) / 24)";
const perYear = `((${String(daysAYear)} * (newsLately + 0.5) * observations) / (lately * ${days}))`;

/** The same in SQL, over columns of these names, `latest` and `fromHour`. */
export const expectedSql = {
  days,
  perYear,
  bits: `greatest(0, ${String(bitsOfAlarm)} + log2(${String(allowed.medium)} / ${perYear}))`,
} as const;
