/** Where a run of numbers ends: when that span ended, and when the store and the log had it. */
interface Edge {
  readonly atUs: number;
  readonly storedAtMs: number;
  readonly receivedAtMs: number;
}

/** Numbers `from` to `to` that have all been seen. */
export interface Range {
  from: number;
  to: number;
  first: Edge;
  last: Edge;
}

/** Numbers missing between two that were seen. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** The seen numbers on both sides. */
  readonly before: Edge;
  readonly after: Edge;
}

/**
 * Which numbers were seen, as runs of them: a process that loses nothing is one run however much it says. A set, so
 * that order and repetition can't matter.
 */
export class Coverage {
  readonly #ranges: Range[] = [];

  /** How many runs there are: one more than gaps. */
  get size(): number {
    return this.#ranges.length;
  }

  get first(): number {
    return this.#ranges[0]?.from ?? -1;
  }

  get last(): number {
    return this.#ranges.at(-1)?.to ?? -1;
  }

  /** Adds a run of numbers; gives how many of them had been seen before. */
  add(added: Range): number {
    const ranges = this.#ranges;
    // The first run that the added one touches or that lies behind it. Most are added at the end.
    const at = this.#placeOf(added.from - 1);
    const merged = { ...added };
    let end = at;
    let known = 0;
    for (; end < ranges.length && ranges[end]!.from <= added.to + 1; end += 1) {
      const one = ranges[end]!;
      known += Math.max(0, Math.min(one.to, added.to) - Math.max(one.from, added.from) + 1);
      if (one.from <= merged.from) {
        merged.from = one.from;
        merged.first = one.first;
      }
      if (one.to >= merged.to) {
        merged.to = one.to;
        merged.last = one.last;
      }
    }
    ranges.splice(at, end - at, merged);
    return known;
  }

  has(number: number): boolean {
    const range = this.#ranges[this.#placeOf(number)];
    return range !== undefined && range.from <= number;
  }

  /** How many of the numbers `from` to `to` were not seen. */
  missing(from: number, to: number): number {
    let missing = to - from + 1;
    for (let at = this.#placeOf(from); at < this.#ranges.length && this.#ranges[at]!.from <= to; at += 1) {
      const range = this.#ranges[at]!;
      missing -= Math.min(range.to, to) - Math.max(range.from, from) + 1;
    }
    return missing;
  }

  *gaps(): Iterable<Gap> {
    for (let at = 1; at < this.#ranges.length; at += 1) {
      const before = this.#ranges[at - 1]!;
      const after = this.#ranges[at]!;
      yield { from: before.to + 1, to: after.from - 1, before: before.last, after: after.first };
    }
  }

  /** Forgets the lowest run. */
  shift(): void {
    this.#ranges.shift();
  }

  /** Forgets all runs that end before `number`. */
  forgetBelow(number: number): void {
    this.#ranges.splice(0, this.#placeOf(number));
  }

  /** Index of the first run that ends at `number` or after it. */
  #placeOf(number: number): number {
    let low = 0;
    let high = this.#ranges.length;
    if (high > 0 && this.#ranges[high - 1]!.from <= number)
      return this.#ranges[high - 1]!.to >= number ? high - 1 : high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]!.to >= number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
