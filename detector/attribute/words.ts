import { Dictionary, empty } from "../decode/index.ts";

/** The texts that the rules themselves are made of: each has one code, the same in every chunk. */
export class Words {
  readonly #codes = new Map<string, number>([["", empty]]);

  /** The code of a word; one asked for the first time is added. Only while rules are compiled. */
  code(word: string): number {
    const known = this.#codes.get(word);
    if (known !== undefined) return known;
    const made = empty + this.#codes.size;
    this.#codes.set(word, made);
    return made;
  }

  /** A dictionary in which all words have these codes. */
  newDictionary(): Dictionary {
    return new Dictionary([...this.#codes.keys()].slice(1));
  }
}
