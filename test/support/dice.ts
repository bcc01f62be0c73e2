import { seeded } from "./otlp-model.ts";

/** Chance from a seed. */
export interface Dice {
  /** A whole number from 0 to `limit` - 1; 0 when there is none. */
  below(limit: number): number;
  /** One of a list that is not empty. */
  one<T>(list: readonly T[]): T;
}

export function diceOf(seed: number): Dice {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return { below, one: (list) => list[below(list.length)]! };
}
