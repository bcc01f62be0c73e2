import { digest } from "./digest.ts";
import { valueForms } from "./forms.ts";
import { plainNumbers } from "./numbers.ts";
import { weaker, type Origin } from "./origin.ts";
import type { Hit, Reel } from "./reel.ts";
import { instructedFlag } from "./signals/instructed.ts";
import { sharesOf, shingleWords, type Shares } from "./signals/shares.ts";
import type { Tools } from "./tools.ts";
import { textsOf } from "./walk.ts";

/** What was found of one value. */
export interface Finding {
  readonly origin: Origin;
  readonly instructed: boolean;
}

const nowhere: Finding = { origin: "none", instructed: false };
/** Parts of "a@b.c, d@e.f": nothing with a space in it, so that prose is no list. */
const joined = /^[^\s,;]+(?:\s*[,;]\s*[^\s,;]+)+$/u;
/** Copied shingles out of an instruction-like passage from which on a text counts as instructed. */
const instructedShare = 0.5;

/** Looks values up among the texts of one session. */
export class Search {
  readonly #tools: Tools;
  readonly #prompts: Reel;
  readonly #systems: Reel;
  readonly #outputs: Reel;
  readonly #sources: readonly string[];

  constructor(tools: Tools, prompts: Reel, systems: Reel, outputs: Reel, sources: readonly string[]) {
    this.#tools = tools;
    this.#prompts = prompts;
    this.#systems = systems;
    this.#outputs = outputs;
    this.#sources = sources;
  }

  /**
   * A value of any shape: of a list or an object, the weakest part, instructed if any part is. With `total` its prose is
   * looked at too, and added there.
   */
  lookUp(value: unknown, total?: Shares): Finding {
    if (typeof value === "string") return this.#lookUpText(value, total);
    const { depthMax, partsMax, charsPerValueMax: charsMax } = this.#tools.limits;
    const { texts, whole } = textsOf(value, { depthMax, partsMax, charsMax }, false);
    if (!whole) this.#tools.counts.walksCut += 1;
    if (texts.length === 0) return nowhere;
    return weakest(texts.map((text) => this.#lookUpText(text, total)));
  }

  #lookUpText(text: string, total: Shares | undefined): Finding {
    const { charsPerValueMax } = this.#tools.limits;
    if (text.length > charsPerValueMax) this.#tools.counts.valuesCut += 1;
    const value = text.length > charsPerValueMax ? text.slice(0, charsPerValueMax) : text;
    const found = this.#first(value) ?? this.#list(value) ?? nowhere;
    const shares = total === undefined ? undefined : this.#shares(value, total.shingles);
    if (total === undefined || shares === undefined) return found;
    addTo(total, shares);
    const out = found.origin === "none" && shares.instructed > instructedShare * shares.shingles;
    return out ? { origin: "none", instructed: true } : found;
  }

  /** In the first kind of text that holds any form of it. */
  #first(value: string): Finding | undefined {
    const forms = valueForms(value);
    const numbers = plainNumbers(value.trim());
    if (this.#hit(this.#prompts, forms, numbers) !== undefined)
      return { origin: "prompt", instructed: false };
    if (this.#hit(this.#systems, forms, numbers) !== undefined)
      return { origin: "system", instructed: false };
    const hit = this.#hit(this.#outputs, forms, numbers);
    if (hit === undefined) return undefined;
    const operation = this.#sources[hit.source] ?? "";
    return { origin: `tool:${operation}`, instructed: (hit.flags & instructedFlag) !== 0 };
  }

  #hit(reel: Reel, forms: readonly string[], numbers: readonly string[]): Hit | undefined {
    if (reel.isEmpty) return undefined;
    const { valueWords, numberWords, key } = this.#tools;
    let first: Hit | undefined;
    for (const form of forms) {
      const words = valueWords.read(form, reel.room);
      first = earlier(first, reel.find(words, 0, words.count, true));
    }
    for (const one of numbers) {
      if (one.length < 2) continue;
      numberWords.digests[0] = digest(key, `#${one}`, 0, one.length + 1);
      first = earlier(first, reel.find(numberWords, 0, 1, false));
    }
    return first;
  }

  /** A list written as one text comes from where its parts come from. */
  #list(value: string): Finding | undefined {
    if (!joined.test(value)) return undefined;
    const parts = value.split(/\s*[,;]\s*/u).map((part) => this.#first(part) ?? nowhere);
    return weakest(parts);
  }

  /** Only prose has shares; of a call that is very long, its first words. */
  #shares(value: string, spent: number): Shares | undefined {
    const { valueWords: read, limits, counts } = this.#tools;
    const words = read.read(valueForms(value)[0] ?? "", limits.charsPerValueMax);
    if (words.spaces < shingleWords - 1) return undefined;
    const left = limits.shinglesPerCallMax - spent;
    if (words.count - shingleWords >= left) counts.valuesCut += 1;
    return left > 0 ? sharesOf(words, this.#prompts, this.#outputs, left) : undefined;
  }
}

function earlier(one: Hit | undefined, other: Hit | undefined): Hit | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const flags = one.flags | other.flags;
  return other.at < one.at ? { ...other, flags } : { ...one, flags };
}

function weakest(findings: readonly Finding[]): Finding {
  return {
    origin: findings.map(({ origin }) => origin).reduce(weaker),
    instructed: findings.some(({ instructed }) => instructed),
  };
}

function addTo(total: Shares, more: Shares): void {
  total.shingles += more.shingles;
  total.copied += more.copied;
  total.prompted += more.prompted;
  total.instructed += more.instructed;
}
