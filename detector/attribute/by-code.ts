import type { Dictionary } from "../decode/index.ts";

/**
 * Remembers what was computed of a code, until the dictionary of its chunk is cleared or another is asked about: the
 * table is compiled once for all partitions of a worker, and each has a dictionary of its own with codes of its own.
 */
export class ByCode<T> {
  readonly #known = new Map<number, T>();
  #dictionary: Dictionary | undefined;
  #generation = -1;

  get(dictionary: Dictionary, code: number): T | undefined {
    if (this.#dictionary !== dictionary || this.#generation !== dictionary.generation) {
      this.#known.clear();
      this.#dictionary = dictionary;
      this.#generation = dictionary.generation;
    }
    return this.#known.get(code);
  }

  get size(): number {
    return this.#known.size;
  }

  /** After a `get` of the same code. */
  set(code: number, value: T): T {
    this.#known.set(code, value);
    return value;
  }
}

/** Two codes from zero on as one key that no other two share; exact, as there are never more than 2^26 codes. */
export const pairOf = (first: number, second: number): number => first * 2 ** 26 + second;
