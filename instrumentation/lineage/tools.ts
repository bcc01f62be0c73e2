import { digestKey, type DigestKey } from "./digest.ts";
import { Lexicon } from "./lexicon.ts";
import { newCounts, type LineageCounts, type LineageLimits } from "./limits.ts";
import { signs } from "./signals/instructed.ts";
import { addressed, connectors, cues } from "./vocabulary/cues.ts";
import { verbs } from "./vocabulary/verbs.ts";
import { Words } from "./words.ts";

/** Different numbers of one text that are held. */
const numbersMax = 2_048;

/** What all sessions of a process share: the key, the vocabularies under that key, and buffers used again. */
export class Tools {
  readonly key: DigestKey;
  readonly limits: LineageLimits;
  readonly counts: LineageCounts = newCounts();
  readonly textWords: Words;
  readonly valueWords: Words;
  readonly numberWords: Words;
  readonly numberFlags = new Uint8Array(numbersMax);
  flags: Uint8Array = new Uint8Array(1_024);
  readonly #classes = new Map<string, number>();
  #cues: Lexicon | undefined;
  #verbs: Lexicon | undefined;

  constructor(limits: LineageLimits, key: Uint8Array) {
    this.key = digestKey(key);
    this.limits = limits;
    this.textWords = new Words(this.key);
    this.valueWords = new Words(this.key);
    this.numberWords = new Words(this.key, numbersMax + 1);
  }

  /** Made when first needed, some milliseconds, so that start-up costs nothing. */
  get cues(): Lexicon {
    this.#cues ??= new Lexicon(this.key, [
      ...Object.entries(cues).flatMap(([cue, byLanguage]) =>
        Object.values(byLanguage).map((phrases) => ({ bits: bitOf(cue), phrases })),
      ),
      ...Object.values(connectors).map((phrases) => ({ bits: signs.connector, phrases })),
      { bits: signs.addressed, phrases: addressed },
    ]);
    return this.#cues;
  }

  /** Verbs by class of operation; made when first needed. */
  get verbs(): Lexicon {
    this.#verbs ??= new Lexicon(
      this.key,
      Object.values(verbs).map((phrases, index) => ({ bits: 1 << index, phrases })),
    );
    return this.#verbs;
  }

  /** Classes of an operation by the words of its name, remembered for the last operations. */
  classesOf(operation: string, find: (words: Words) => number): number {
    const known = this.#classes.get(operation);
    if (known !== undefined) return known;
    if (this.#classes.size >= classesMax) this.#classes.clear();
    const spaced = operation.slice(0, nameCharsMax).replaceAll(/(?<=[\p{Ll}\d])(?=\p{Lu})|[._:/-]+/gu, " ");
    const classes = find(this.valueWords.read(spaced.toLowerCase(), nameWordsMax));
    this.#classes.set(operation, classes);
    return classes;
  }
}

const classesMax = 1_024;
const nameCharsMax = 256;
const nameWordsMax = 32;

function bitOf(cue: string): number {
  return Object.entries(signs).find(([name]) => name === cue)?.[1] ?? 0;
}
