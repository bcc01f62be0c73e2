/** Odds as numbers of days and of standard deviations. All of it is worked out once, when the program starts. */

/** The chance that a normal number is larger than `z`; relative error below 1.2e-7. */
export function tailOf(z: number): number {
  if (z < 0) return 1 - tailOf(-z);
  const x = z / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let sum = 0;
  for (let at = erfc.length - 1; at >= 0; at -= 1) sum = sum * t + erfc[at]!;
  return (t * Math.exp(-x * x + sum)) / 2;
}

/** Chebyshev coefficients of the complementary error function (Numerical Recipes, 6.2). */
const erfc = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** The `z` that a normal number exceeds with this chance. */
export const zOf = (tail: number): number => solve((z) => tailOf(z) - tail, 0, 12);

/**
 * The normal number that is as rare as `t` of a Student's t with so many degrees of freedom (Wallace 1959; within 0.02 for
 * what is asked here). A distance that was measured by few days counts for less.
 */
export function zOfT(t: number, freedom: number): number {
  const z = (Math.sqrt(freedom * Math.log1p((t * t) / freedom)) * (8 * freedom + 1)) / (8 * freedom + 3);
  return t < 0 ? -z : z;
}

/** The other way round. */
export function tOfZ(z: number, freedom: number): number {
  const u = (z * (8 * freedom + 3)) / (8 * freedom + 1);
  const t = Math.sqrt(freedom * Math.expm1((u * u) / freedom));
  return z < 0 ? -t : t;
}

/**
 * The level at which a CUSUM of normal numbers with the allowance `slack` gives so many false alarms a day, where the mean is known
 * from `days` days only: Siegmund's run length (1985, 2.49), averaged over how far the measured mean may lie from the true one.
 */
export function cusumLevel(alarmsPerDay: number, slack: number, days: number): number {
  return solve((level) => meanRate(level, slack, days) - alarmsPerDay, 0.1, 60);
}

const errorsMax = 5;
const errorStep = 0.05;

function meanRate(level: number, slack: number, days: number): number {
  let rate = 0;
  let weights = 0;
  for (let error = -errorsMax; error <= errorsMax; error += errorStep) {
    const weight = Math.exp((-error * error) / 2);
    weights += weight;
    rate += weight / runLength(level, error / Math.sqrt(days) - slack);
  }
  return rate / weights;
}

/** Days until a CUSUM passes the level, where each day adds `drift` on average. */
function runLength(level: number, drift: number): number {
  const room = level + 1.166;
  if (Math.abs(drift) < 1e-6) return room * room;
  return Math.max(1, (Math.expm1(-2 * drift * room) + 2 * drift * room) / (2 * drift * drift));
}

/** Where a falling function passes 0. */
function solve(of: (at: number) => number, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let left = 60; left > 0; left -= 1) {
    const middle = (from + to) / 2;
    if (of(middle) > 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
