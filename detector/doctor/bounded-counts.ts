/** A name and how often it came. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** What names beyond the limit are counted as. */
const others = "(others)";

/** Counts names, as many different ones as a limit allows; all further ones are counted together. */
export class BoundedCounts {
  readonly #counts = new Map<string, number>();
  readonly #namesMax: number;
  #others = 0;

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  add(name: string): void {
    const known = this.#counts.get(name);
    if (known === undefined && this.#counts.size >= this.#namesMax) this.#others += 1;
    else this.#counts.set(name, (known ?? 0) + 1);
  }

  /** Most frequent first; what was counted together last. */
  list(): readonly Counted[] {
    const named = Array.from(this.#counts, ([name, count]) => ({ name, count }));
    const sorted = named.toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    return this.#others === 0 ? sorted : [...sorted, { name: others, count: this.#others }];
  }
}
