import type { DigestKey } from "./digest.ts";
import { fold } from "./forms.ts";
import { Words } from "./words.ts";

interface Phrase {
  readonly rest: Int32Array;
  readonly bits: number;
}
interface Entry {
  /** Bits of the word alone. */
  bits: number;
  /** Longer phrases that start with it, longest first. */
  readonly phrases: Phrase[];
}

const phraseWordsMax = 16;

/** Phrases of a vocabulary by the keyed digests of their words, so that text is compared without being kept. */
export class Lexicon {
  readonly #entries = new Map<number, Entry>();

  /** Each list holds phrases apart by commas and the bits they stand for. */
  constructor(key: DigestKey, lists: readonly { readonly bits: number; readonly phrases: string }[]) {
    const words = new Words(key);
    for (const { bits, phrases } of lists)
      for (const phrase of phrases.split(","))
        this.#add(words.read(fold(phrase.trim()), phraseWordsMax), bits);
    for (const entry of this.#entries.values())
      entry.phrases.sort((one, other) => other.rest.length - one.rest.length);
  }

  #add(words: Words, bits: number): void {
    const first = words.digests[0]!;
    const entry = this.#entries.get(first) ?? { bits: 0, phrases: [] };
    this.#entries.set(first, entry);
    if (words.count === 1) entry.bits |= bits;
    else entry.phrases.push({ rest: words.digests.slice(1, words.count), bits });
  }

  /** Bits of every phrase that starts with this word. */
  bitsAt(words: Words, at: number): number {
    const entry = this.#entries.get(words.digests[at]!);
    if (entry === undefined) return 0;
    let { bits } = entry;
    for (const { rest, bits: more } of entry.phrases) if (follows(words, at, rest)) bits |= more;
    return bits;
  }

  /** Bits of the longest phrase that starts with this word, and how many words it has (1 where there is none). */
  longestAt(words: Words, at: number): { readonly bits: number; readonly length: number } {
    const entry = this.#entries.get(words.digests[at]!);
    const phrase = entry?.phrases.find(({ rest }) => follows(words, at, rest));
    if (phrase !== undefined) return { bits: phrase.bits, length: phrase.rest.length + 1 };
    return { bits: entry?.bits ?? 0, length: 1 };
  }
}

function follows(words: Words, at: number, rest: Int32Array): boolean {
  if (at + rest.length >= words.count) return false;
  for (let index = 0; index < rest.length; index += 1)
    if (words.digests[at + 1 + index] !== rest[index]) return false;
  return true;
}
