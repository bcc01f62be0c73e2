import { seeded } from "../otlp-model.ts";

/** Chance from a seed, as volumes need it. */
export interface Chance {
  /** From 0 up to 1. */
  readonly uniform: () => number;
  readonly normal: () => number;
  /** A factor around 1 whose logarithm varies by `sigma`. */
  readonly factor: (sigma: number) => number;
  /** A number of things of which `mean` are expected. */
  readonly poisson: (mean: number) => number;
}

export function chanceOf(seed: number): Chance {
  const uniform = seeded(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let product = uniform();
    let count = 0;
    for (const end = Math.exp(-mean); product > end; count += 1) product *= uniform();
    return count;
  };
  return { uniform, normal, poisson, factor: (sigma) => Math.exp(sigma * normal() - sigma ** 2 / 2) };
}
