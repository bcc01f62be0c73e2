import fc from "fast-check";

/** All chance of one run, in the order in which it is asked: the same seed gives the same answers. */
export interface Dice {
  /** A whole number from 0 to `below` (exclusive). */
  below(below: number): number;
  /** True in `percent` of a hundred asks. */
  chance(percent: number): boolean;
  /** One of these. */
  among<const T>(values: readonly [T, ...T[]]): T;
}

/**
 * @example
 * diceOf(1234).below(6); // the same in every run
 */
export function diceOf(seed: number): Dice {
  const [numbers] = fc.sample(fc.infiniteStream(fc.nat()), { seed, numRuns: 1 });
  if (numbers === undefined) throw new Error("fast-check gave no stream");
  const below = (limit: number): number => Number(numbers.next().value) % limit;
  return {
    below,
    chance: (percent) => below(100) < percent,
    among: (values) => values[below(values.length)] ?? values[0],
  };
}
