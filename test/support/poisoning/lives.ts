import { place } from "../../../detector/learn/volume/measures.ts";
import type { Chance } from "./chance.ts";

/** Hours of a day on which an identity of the generator works. */
export const workHours = [8, 9, 10, 11, 13, 14, 15, 16] as const;

/** How the daily volume of an honest identity varies; `of` is the factor of a day, counted from its first. */
export interface Shape {
  readonly name: string;
  readonly sigma: number;
  /** Whether its volume is the same for ever, but for what returns: what isn't is a change that should be told. */
  readonly isStationary: boolean;
  readonly of: (chance: Chance) => (day: number) => number;
}

const isWeekend = (day: number): boolean => (day + 3) % 7 > 4;

/** The first is what `reliability` figures of others are measured on: nothing but chance. */
export const shapes: readonly Shape[] = [
  { name: "steady", sigma: 0.2, isStationary: true, of: () => () => 1 },
  {
    name: "quiet weekends",
    sigma: 0.2,
    isStationary: true,
    of: () => (day) => (isWeekend(day) ? 0.4 : 1),
  },
  { name: "no weekends", sigma: 0.2, isStationary: true, of: () => (day) => (isWeekend(day) ? 0 : 1) },
  {
    name: "bursty",
    sigma: 0.3,
    isStationary: true,
    of: ({ uniform }) => {
      const share = 0.05 + 0.1 * uniform();
      return () => (uniform() < share ? 2 + 2 * uniform() : 1);
    },
  },
  {
    name: "month ends",
    sigma: 0.2,
    isStationary: true,
    of: () => (day) => (new Date(day * 86_400_000).getUTCDate() >= 29 ? 2.5 : 1),
  },
  {
    name: "deploys",
    sigma: 0.2,
    isStationary: false,
    of: ({ uniform, normal }) => {
      let level = 1;
      return () => {
        if (uniform() < 1 / 60) level = Math.min(3, Math.max(0.3, level * Math.exp(0.25 * normal())));
        return level;
      };
    },
  },
];

/** One identity of the generator: what it does an hour, day after day. */
export class Life {
  readonly #chance: Chance;
  readonly #sigma: number;
  readonly #factor: (day: number) => number;
  readonly #perDay: number;
  readonly #mutating: number;
  readonly #secrets: number;
  readonly #bytes: number;

  constructor(shape: Shape, chance: Chance) {
    this.#chance = chance;
    this.#sigma = shape.sigma;
    this.#factor = shape.of(chance);
    this.#perDay = 50 + 150 * chance.uniform();
    this.#mutating = 0.1 + 0.4 * chance.uniform();
    this.#secrets = 0.05 * chance.uniform();
    this.#bytes = 1000 * chance.factor(1);
  }

  /** Amounts of each hour of work of a day, `multiple` times what it honestly does; none on a day off. */
  day(day: number, multiple: number): Float64Array[] {
    const { poisson, factor } = this.#chance;
    const volume = this.#perDay * this.#factor(day) * factor(this.#sigma) * multiple;
    if (volume === 0) return [];
    const weights = workHours.map(() => factor(0.3));
    const whole = weights.reduce((sum, one) => sum + one, 0);
    const hours = weights.map((weight) => {
      const amounts = new Float64Array(5);
      const actions = poisson((volume * weight) / whole);
      amounts[place.actions] = actions;
      amounts[place.mutating] = Math.min(actions, poisson(actions * this.#mutating));
      amounts[place.secrets] = Math.min(actions, poisson(actions * this.#secrets));
      amounts[place.resources] = poisson(actions / 8);
      amounts[place.bytes] = Math.round(actions * this.#bytes * factor(1 / Math.sqrt(1 + actions)));
      return amounts;
    });
    return hours;
  }
}
