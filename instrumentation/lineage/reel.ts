import type { LineageCounts } from "./limits.ts";
import { gapFirst, gapLast, type Words } from "./words.ts";

/** A text that is held: where its words start, and who gave it. */
interface HeldText {
  readonly start: number;
  readonly source: number;
  readonly digest: number;
}

/** Where a run of words was found. */
export interface Hit {
  /** Its first place; places rise with time. */
  readonly at: number;
  /** Source of the text there. */
  readonly source: number;
  /** Flags of all places that hold it, together. */
  readonly flags: number;
}

const tokensAtFirst = 256;
/** Past that positions would not fit their arrays; the reel starts anew. */
const positionsMax = 2 ** 30;

/**
 * The words of texts in the order they came, as digests in a ring: 17 bytes a word. Words that start alike hang on one
 * chain, newest first, so that a run is found by the places of one of its words. What falls out of the ring is
 * forgotten without being touched, as its position is older than the oldest one.
 */
export class Reel {
  readonly #max: number;
  readonly #textsMax: number;
  readonly #placesMax: number;
  readonly #counts: LineageCounts;
  #size = 0;
  #digests = new Int32Array(0);
  #gaps = new Int32Array(0);
  #earlier = new Int32Array(0);
  #heads = new Int32Array(0);
  #flags = new Uint8Array(0);
  /** Position of the next word; positions only rise. */
  #end = 0;
  #oldest = 0;
  #texts: HeldText[] = [];
  readonly #held = new Set<number>();

  constructor(max: number, textsMax: number, placesMax: number, counts: LineageCounts) {
    this.#max = powerOfTwo(max);
    this.#textsMax = textsMax;
    this.#placesMax = placesMax;
    this.#counts = counts;
  }

  /** Words that fit, one less than the ring has, for the mark that ends a text. */
  get room(): number {
    return this.#max - 1;
  }

  get isEmpty(): boolean {
    return this.#end === this.#oldest;
  }

  /** Whether a text of this digest is held; frameworks send the whole conversation again each turn. */
  holds(digest: number): boolean {
    return this.#held.has(digest);
  }

  /** Notes a text that these words are, of this source; `flags` has one entry a word. */
  add(words: Words, flags: Uint8Array, source: number, digest: number): void {
    if (this.#end > positionsMax) this.release();
    const count = Math.min(words.count, this.room);
    this.#reserve(count + 1);
    this.#texts.push({ start: this.#end, source, digest });
    this.#held.add(digest);
    for (let at = 0; at < count; at += 1) this.#put(words.digests[at]!, words.gaps[at]!, flags[at]!);
    // The mark keeps runs within one text, and holds what follows the last word.
    this.#put(0, words.gaps[words.count]!, 0);
    this.#forget();
  }

  /**
   * Looks for the words `from` to `from + count` as a run; with `exact`, what lies between them counts too, and what the
   * value has before its first and after its last word. Calls nothing, keeps nothing. A word is matched whole:
   * "24" is not in "2024", "Eve" not in "event".
   */
  find(words: Words, from: number, count: number, exact: boolean): Hit | undefined {
    if (count === 0 || this.isEmpty) return undefined;
    const anchor = this.#rarest(words, from, count);
    const mask = this.#size - 1;
    const wanted = words.digests[from + anchor]!;
    let first = -1;
    let flags = 0;
    let places = 0;
    for (let at = this.#heads[wanted & mask]!; at >= this.#oldest; at = this.#earlier[at & mask]!) {
      places += 1;
      if (places > this.#placesMax) {
        this.#counts.searchesCut += 1;
        break;
      }
      if (this.#digests[at & mask] !== wanted) continue;
      const start = at - anchor;
      if (start < this.#oldest || !this.#runAt(start, words, from, count, exact)) continue;
      first = start;
      for (let one = 0; one < count; one += 1) flags |= this.#flags[(start + one) & mask]!;
    }
    return first < 0 ? undefined : { at: first, source: this.#sourceOf(first), flags };
  }

  #runAt(start: number, words: Words, from: number, count: number, exact: boolean): boolean {
    const mask = this.#size - 1;
    if (start + count > this.#end) return false;
    for (let at = 0; at < count; at += 1)
      if (this.#digests[(start + at) & mask] !== words.digests[from + at]) return false;
    if (!exact) return true;
    for (let at = 1; at < count; at += 1)
      if (this.#gaps[(start + at) & mask] !== words.gaps[from + at]) return false;
    const before = words.gaps[from]!;
    const after = words.gaps[from + count]!;
    return (
      (before === 0 || (before & gapLast) === (this.#gaps[start & mask]! & gapLast)) &&
      (after === 0 || (after & gapFirst) === (this.#gaps[(start + count) & mask]! & gapFirst))
    );
  }

  /** The word whose last place is the oldest: likely the one with the fewest places. */
  #rarest(words: Words, from: number, count: number): number {
    const mask = this.#size - 1;
    let best = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (let at = 0; at < count; at += 1) {
      const head = this.#heads[words.digests[from + at]! & mask]!;
      if (head < oldest) {
        oldest = head;
        best = at;
      }
    }
    return best;
  }

  #sourceOf(position: number): number {
    let low = 0;
    let high = this.#texts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#texts[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    return this.#texts[low]!.source;
  }

  #put(digest: number, gap: number, flag: number): void {
    const mask = this.#size - 1;
    const at = this.#end & mask;
    this.#digests[at] = digest;
    this.#gaps[at] = gap;
    this.#flags[at] = flag;
    this.#earlier[at] = this.#heads[digest & mask]!;
    this.#heads[digest & mask] = this.#end;
    this.#end += 1;
    if (this.#end - this.#oldest > this.#size) this.#oldest += 1;
  }

  /** Texts that the ring has lost, whole or in part, are no longer said to be held. */
  #forget(): void {
    let lost = 0;
    while (
      lost < this.#texts.length - 1 &&
      (this.#texts[lost]!.start < this.#oldest || this.#texts.length - lost > this.#textsMax)
    ) {
      this.#held.delete(this.#texts[lost]!.digest);
      lost += 1;
    }
    if (lost === 0) return;
    this.#texts.splice(0, lost);
    this.#oldest = Math.max(this.#oldest, this.#texts[0]!.start);
    this.#counts.textsForgotten += lost;
  }

  #reserve(more: number): void {
    const wanted = this.#end - this.#oldest + more;
    if (wanted <= this.#size || this.#size === this.#max) return;
    const size = Math.min(this.#max, Math.max(tokensAtFirst, powerOfTwo(wanted)));
    const { from, until, digests, gaps, flags, mask } = {
      from: this.#oldest,
      until: this.#end,
      digests: this.#digests,
      gaps: this.#gaps,
      flags: this.#flags,
      mask: this.#size - 1,
    };
    this.#counts.tokensHeld += size - this.#size;
    this.#size = size;
    this.#digests = new Int32Array(size);
    this.#gaps = new Int32Array(size);
    this.#earlier = new Int32Array(size);
    this.#heads = new Int32Array(size).fill(-1);
    this.#flags = new Uint8Array(size);
    this.#end = from;
    for (let at = from; at < until; at += 1)
      this.#put(digests[at & mask]!, gaps[at & mask]!, flags[at & mask]!);
  }

  /** Gives back all it holds. */
  release(): void {
    this.#counts.tokensHeld -= this.#size;
    this.#size = 0;
    this.#digests = new Int32Array(0);
    this.#gaps = new Int32Array(0);
    this.#earlier = new Int32Array(0);
    this.#heads = new Int32Array(0);
    this.#flags = new Uint8Array(0);
    this.#end = 0;
    this.#oldest = 0;
    this.#texts = [];
    this.#held.clear();
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, atLeast)));
}
