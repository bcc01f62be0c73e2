import type { LineageCounts } from "./limits.ts";
import { Ring } from "./ring.ts";
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

/** Past that positions would not fit their arrays; the reel starts anew. */
const positionsMax = 2 ** 30;

/**
 * The words of texts in the order they came, as digests in a ring; a run of words is found by the places of one of them.
 */
export class Reel {
  readonly #ring: Ring;
  readonly #textsMax: number;
  readonly #placesMax: number;
  readonly #counts: LineageCounts;
  #texts: HeldText[] = [];
  readonly #held = new Set<number>();

  constructor(max: number, textsMax: number, placesMax: number, counts: LineageCounts) {
    this.#ring = new Ring(max);
    this.#textsMax = textsMax;
    this.#placesMax = placesMax;
    this.#counts = counts;
  }

  /** Words that fit, one less than the ring has, for the mark that ends a text. */
  get room(): number {
    return this.#ring.max - 1;
  }

  get isEmpty(): boolean {
    return this.#ring.end === this.#ring.oldest;
  }

  /** Whether a text of this digest is held; frameworks send the whole conversation again each turn. */
  holds(digest: number): boolean {
    return this.#held.has(digest);
  }

  /** Notes a text that these words are, of this source; `flags` has one entry a word. */
  add(words: Words, flags: Uint8Array, source: number, digest: number): void {
    const ring = this.#ring;
    if (ring.end > positionsMax) this.release();
    const count = Math.min(words.count, this.room);
    this.#counts.tokensHeld += ring.reserve(count + 1);
    this.#texts.push({ start: ring.end, source, digest });
    this.#held.add(digest);
    for (let at = 0; at < count; at += 1) ring.put(words.digests[at]!, words.gaps[at]!, flags[at]!);
    // The mark keeps runs within one text, and holds what follows the last word.
    ring.put(0, words.gaps[words.count]!, 0);
    this.#forget();
  }

  /**
   * Looks for the words `from` to `from + count` as a run; with `exact`, what lies between them counts too, and what the
   * value has before its first and after its last word. Calls nothing, keeps nothing. A word is matched whole:
   * "24" is not in "2024", "Eve" not in "event".
   */
  find(words: Words, from: number, count: number, exact: boolean): Hit | undefined {
    if (count === 0 || this.isEmpty) return undefined;
    const ring = this.#ring;
    const { mask, oldest } = ring;
    const anchor = this.#rarest(words, from, count);
    const wanted = words.digests[from + anchor]!;
    let first = -1;
    let flags = 0;
    let places = 0;
    for (let at = ring.newest(wanted); at >= oldest; at = ring.earlier(at)) {
      places += 1;
      if (places > this.#placesMax) {
        this.#counts.searchesCut += 1;
        break;
      }
      const start = at - anchor;
      if (ring.digests[at & mask] !== wanted || start < oldest) continue;
      if (!isRunAt(ring, start, words, from, count) || (exact && !hasGapsOf(ring, start, words, from, count)))
        continue;
      first = start;
      for (let one = 0; one < count; one += 1) flags |= ring.flags[(start + one) & mask]!;
    }
    return first < 0 ? undefined : { at: first, source: this.#sourceOf(first), flags };
  }

  /** The word whose last place is the oldest: likely the one with the fewest places. */
  #rarest(words: Words, from: number, count: number): number {
    let best = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (let at = 0; at < count; at += 1) {
      const head = this.#ring.newest(words.digests[from + at]!);
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

  /** Texts that the ring has lost, whole or in part, are no longer said to be held. */
  #forget(): void {
    let lost = 0;
    while (
      lost < this.#texts.length - 1 &&
      (this.#texts[lost]!.start < this.#ring.oldest || this.#texts.length - lost > this.#textsMax)
    ) {
      this.#held.delete(this.#texts[lost]!.digest);
      lost += 1;
    }
    if (lost === 0) return;
    this.#texts.splice(0, lost);
    this.#ring.oldest = Math.max(this.#ring.oldest, this.#texts[0]!.start);
    this.#counts.textsForgotten += lost;
  }

  /** Gives back all it holds. */
  release(): void {
    this.#counts.tokensHeld -= this.#ring.clear();
    this.#texts = [];
    this.#held.clear();
  }
}

function isRunAt(ring: Ring, start: number, words: Words, from: number, count: number): boolean {
  const { mask, digests } = ring;
  if (start + count > ring.end) return false;
  for (let at = 0; at < count; at += 1)
    if (digests[(start + at) & mask] !== words.digests[from + at]) return false;
  return true;
}

/** Between the words all must be the same; before and after them, the character that touches. */
function hasGapsOf(ring: Ring, start: number, words: Words, from: number, count: number): boolean {
  const { mask, gaps } = ring;
  for (let at = 1; at < count; at += 1) if (gaps[(start + at) & mask] !== words.gaps[from + at]) return false;
  const before = words.gaps[from]!;
  const after = words.gaps[from + count]!;
  return (
    (before === 0 || (before & gapLast) === (gaps[start & mask]! & gapLast)) &&
    (after === 0 || (after & gapFirst) === (gaps[(start + count) & mask]! & gapFirst))
  );
}
