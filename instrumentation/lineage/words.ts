import { between, classOf, letter, markup, marksOf, sentenceStart } from "./characters.ts";
import { digest, type DigestKey } from "./digest.ts";

/** Bits of a gap that tell its first and its last character. */
export const gapFirst = 0xff00;
export const gapLast = 0xff;
/**
 * A text as words: for each a keyed digest, and what lies before it. Buffers are used again for the next text, so that
 * nothing of a text stays. The text must be in lower case and folded (see `fold`).
 */
export class Words {
  count = 0;
  digests: Int32Array;
  /** Digest of what lies before each word (0: nothing) and, one past the last word, after it. */
  gaps: Int32Array;
  /** Where each word starts in the text. */
  starts: Int32Array;
  breaks: Uint8Array;
  /** Gaps that hold white space: with less than two a value is no prose. */
  spaces = 0;
  readonly key: DigestKey;

  constructor(key: DigestKey, size = 256) {
    this.key = key;
    this.digests = new Int32Array(size);
    this.gaps = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.breaks = new Uint8Array(size);
  }

  /** Ordinal of the word that a place of the text belongs to. */
  indexAt(place: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Reads a text; words past `max` are left out. */
  read(text: string, max: number): this {
    this.count = 0;
    this.spaces = 0;
    const { length } = text;
    let gapStart = 0;
    for (let at = 0; at < length && this.count < max;) {
      const kind = classOf(text.charCodeAt(at));
      if (kind === between) {
        at += 1;
        continue;
      }
      const start = at;
      at += 1;
      if (kind === letter) at = this.#endOf(text, at, start);
      this.#gap(text, gapStart, start);
      this.digests[this.count] = digest(this.key, text, start, at);
      this.starts[this.count] = start;
      this.count += 1;
      gapStart = at;
    }
    this.#gap(text, gapStart, length);
    return this;
  }

  #endOf(text: string, from: number, start: number): number {
    let at = from;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (classOf(code) !== letter) break;
      // The T of 2026-01-05T10:00 parts the day from the hour.
      if (code === 0x74 && at - start === 2 && isDigit(text, at - 1) && isDigit(text, at + 1)) {
        if (isDigit(text, start) && text.charCodeAt(start - 1) === 0x2d) break;
      }
    }
    return at;
  }

  #gap(text: string, start: number, end: number): void {
    const index = this.count;
    if (index === this.digests.length) this.#grow();
    if (start === end) {
      this.gaps[index] = 0;
      this.breaks[index] = start === 0 ? sentenceStart : 0;
      return;
    }
    let whole = this.key.low;
    let first = -1;
    let last = 0;
    let lines = 0;
    let marks = 0;
    let spaced = false;
    let space = start === 0;
    for (let at = start; at < end; at += 1) {
      let code = text.charCodeAt(at);
      if (code <= 0x20 || code === 0xa0) {
        if (code === 0x0a) lines += 1;
        if (spaced) continue;
        spaced = true;
        space = true;
        code = 0x20;
      } else {
        spaced = false;
        marks |= marksOf(code);
      }
      whole = Math.imul(whole ^ code, 0x01000193);
      last = code;
      if (first < 0) first = code;
    }
    // A full stop within a name or an address ends no sentence.
    if (!space && (marks & markup) === 0) marks = 0;
    if (text.charCodeAt(end - 1) === 0x0a) marks |= sentenceStart;
    if (lines > 1 || start === 0) marks |= sentenceStart;
    if (first === 0x20 || last === 0x20) this.spaces += 1;
    this.gaps[index] = ((whole ^ (whole >>> 15)) << 16) | (short(first) << 8) | short(last);
    this.breaks[index] = marks;
  }

  #grow(): void {
    const size = this.digests.length * 2;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(size);
      made.set(old);
      return made;
    };
    this.digests = grown(this.digests);
    this.gaps = grown(this.gaps);
    this.starts = grown(this.starts);
    const breaks = new Uint8Array(size);
    breaks.set(this.breaks);
    this.breaks = breaks;
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Eight bits of a character between words, never 0. */
function short(code: number): number {
  return (code ^ (code >>> 7)) & 0xff || 0xff;
}
