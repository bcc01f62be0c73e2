import { digest, type DigestKey } from "./digest.ts";

/** What a UTF-16 code unit is to us. */
const between = 0;
const letter = 1;
/** A character that is a word by itself, of scripts that put no space between words. */
const alone = 2;

const ascii = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z\d]/iu.test(String.fromCharCode(code)) ? letter : between,
);
const pages: (Uint8Array | undefined)[] = [];
const spaceless =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

const allAlone = new Uint8Array(256).fill(alone);

/** Pages of 256 are made when first met, as most processes never see most scripts. */
function page(number: number): Uint8Array {
  // Han and Hangul fill hundreds of pages between them, and surrogates, which stand for rare Han and pictures.
  const isFull = (number >= 0x34 && number <= 0x9f) || (number >= 0xac && number <= 0xdf);
  const made = isFull ? allAlone : newPage(number);
  pages[number] = made;
  return made;
}

function newPage(number: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, low) => {
    const char = String.fromCharCode(number * 256 + low);
    if (spaceless.test(char)) return alone;
    return /[\p{L}\p{N}\p{M}]/u.test(char) ? letter : between;
  });
}

function classOf(code: number): number {
  if (code < 128) return ascii[code]!;
  return (pages[code >>> 8] ?? page(code >>> 8))[code & 255]!;
}

/** Bits of a gap that tell its first and its last character. */
export const gapFirst = 0xff00;
export const gapLast = 0xff;
/** Bits of `breaks`: a sentence, line or marked-up part starts here; markup touches it; it is shouted; a clause starts. */
export const sentenceStart = 1;
export const markup = 2;
export const exclaimed = 4;
export const clauseStart = 8;

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

const ends = codesOf("\".!?;:…。！？；：、•·*-–—()«»“”„'`\\");
const commas = codesOf(",，،");
const fences = codesOf("<>[]{}|#=【】《》「」");

function codesOf(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (char) => char.charCodeAt(0)));
}

function marksOf(code: number): number {
  if (fences.has(code)) return sentenceStart | markup;
  if (code === 0x21 || code === 0xff01) return sentenceStart | exclaimed;
  if (commas.has(code)) return clauseStart;
  return ends.has(code) ? sentenceStart : 0;
}
