import { data } from "./data.ts";

/**
 * Tells generated text from written text by three things: letters that follow each other as in no language, changes
 * between upper case, lower case and digits within a word, and how long that goes on. What looks alike on purpose (digests
 * in hex, UUIDs, words with a number) counts as written: telemetry is full of it. So a secret that is nothing but hex
 * is found by its prefix or by the key before it, never by its looks.
 */

/** Shorter ones are ids of things more often than secrets. */
export const randomCharsMin = 32;
const oddCharsMin = 24;
/** Of a text's letters and digits, at least so much has to be in words that nobody would write. */
const oddShareMin = 0.6;

/** The 190 commonest of the 676 pairs of letters: 7 of 10 of those in English and in names that developers give. */
const common = new Uint8Array(26 * 26);
for (const pair of data.looks.commonPairs.split(" "))
  common[pairCode(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;

/** Of two letters, in either case. */
function pairCode(first: number, second: number): number {
  return ((first | 32) - 97) * 26 + ((second | 32) - 97);
}

const word = /[A-Za-z0-9]+/gu;

/** What was counted in some words. */
interface Traits {
  chars: number;
  changes: number;
  pairs: number;
  commonPairs: number;
  /** Digits 1, capitals 2, small letters 4. */
  classes: number;
}

/**
 * The stretches of `text` from `start` to `end` (letters, digits and `_ - + /`) that look generated, as pairs of
 * places. Each is at least 32 characters long. Neighbouring segments of a path that are no words belong together, as base64 has
 * slashes too.
 */
export function randomParts(
  text: string,
  start: number,
  end: number,
): readonly (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  const run = text.slice(start, end);
  if (ids.test(run) || !/\d/u.test(run) || digest.test(run)) return parts;
  let from = 0;
  const close = (until: number): void => {
    if (until - from >= randomCharsMin && isRandom(run.slice(from, until)))
      parts.push([start + from, start + until]);
  };
  for (const { index, text: segment, plain } of segmentsOf(run)) {
    if (!plain) continue;
    close(index - 1);
    from = index + segment.length + 1;
  }
  close(run.length);
  return parts;
}

interface Segment {
  readonly index: number;
  readonly text: string;
  plain: boolean;
}

/** Of a path; a short word between two that are none may be chance. */
function segmentsOf(run: string): readonly Segment[] {
  const segments: Segment[] = [];
  let index = 0;
  for (const segment of run.split("/")) {
    segments.push({ index, text: segment, plain: isPlain(segment) });
    index += segment.length + 1;
    const [before, middle, after] = segments.slice(-3);
    if (after?.plain === false && before?.plain === false && middle !== undefined && middle.text.length < 5)
      middle.plain = false;
  }
  return segments;
}

/** Whether a value behind a key like `token` is generated rather than a word, a name, a path or a place-holder. */
export function looksGenerated(value: string): boolean {
  if (value.length < 6 || nameLike.test(value) || /\s/u.test(value)) return false;
  let odd = 0;
  for (const { 0: part } of value.matchAll(word)) {
    const traits = traitsOf(part);
    const hexLike = part.length >= 8 && hex.test(part) && traits.classes !== 1 && (traits.classes & 1) === 1;
    const unlikely = part.length >= 8 && traits.classes !== 4 && randomness(traits) > -0.12;
    if (hexLike || unlikely || !isWritten(part, traits)) odd += part.length;
  }
  return odd >= 6 || (odd >= 3 && value.length >= 12) || (value.length >= 8 && withSigns.test(value));
}

/** As people are told to make passwords: letters, a digit, a sign. */
const withSigns = /^(?=.*[A-Za-z])(?=.*\d).*[!$^*~#?&%@]/u;
/** URLs, paths, references to secrets, place-holders, ids of keys, and what we put in ourselves. */
const nameLike = new RegExp(data.looks.nameLike, "iu");
const hex = /^(?:[0-9a-f]+|[0-9A-F]+)$/u;

function traitsOf(part: string): Traits {
  let changes = 0;
  let pairs = 0;
  let commonPairs = 0;
  let classes = 0;
  let before = 0;
  for (let at = 0; at < part.length; at++) {
    const code = part.charCodeAt(at);
    const kind = code < 58 ? 1 : code < 91 ? 2 : 4;
    classes |= kind;
    if (at > 0) {
      // A capital before small letters is how every second word begins.
      if (kind !== before && !(before === 2 && kind === 4)) changes++;
      if (kind > 1 && before > 1) {
        pairs++;
        commonPairs += common[pairCode(part.charCodeAt(at - 1), code)]!;
      }
    }
    before = kind;
  }
  return { chars: part.length, changes, pairs, commonPairs, classes };
}

const version = /^v\d$/iu;
const plainPart = /^(?:[a-z]+\d{0,3}|(?:[A-Z][a-z]+)+\d{0,3}|[a-z]+(?:[A-Z][a-z]+)+|[A-Z]+|\d+[a-z]?)$/u;

/** Whether a segment of a path is made of words, numbers and ids in hex. */
function isPlain(segment: string): boolean {
  if (segment.length < 3) return version.test(segment);
  for (const { 0: part } of segment.matchAll(word)) if (!isPlainPart(part)) return false;
  return true;
}

function isPlainPart(part: string): boolean {
  const traits = traitsOf(part);
  if (part.length > 5 && !isWritten(part, traits)) return false;
  return hex.test(part) || (plainPart.test(part) && traits.commonPairs >= traits.pairs * 0.45);
}

function isWritten(part: string, { changes, pairs, commonPairs, chars }: Traits): boolean {
  if (chars <= 3 || hex.test(part)) return true;
  if (/^[A-Za-z]+\d{0,4}$/u.test(part))
    return (
      (chars < 8 && plainPart.test(part)) ||
      (changes <= Math.max(1, chars / 5) && commonPairs >= pairs * 0.45)
    );
  return chars < 20 && /^(?:\d+[A-Za-z]{1,3}|[A-Za-z]{1,8}\d+)$/u.test(part);
}

function isRandom(text: string): boolean {
  const named = prefix.exec(text)?.[0].length ?? 0;
  if (text.length - named < randomCharsMin) return false;
  let all = 0;
  const odd: Traits = { chars: 0, changes: 0, pairs: 0, commonPairs: 0, classes: 0 };
  for (const { 0: part } of text.matchAll(word)) {
    all += part.length;
    const traits = traitsOf(part);
    if (!isWritten(part, traits)) add(odd, traits);
  }
  const { chars, classes } = odd;
  if (chars < oddCharsMin || chars < all * oddShareMin) return false;
  if (randomness(odd) < 0) return false;
  return classes === 7 || (classes !== 6 && (classes & 1) === 1 && chars >= 36);
}

/** `chatcmpl-`, `call_`: what kind of id it is counts for nothing. */
const prefix = /^(?:[a-z]{2,}[-_]){1,3}/u;
/** Some 0.3 of generated text, -0.2 of names as developers give them. */
function randomness({ chars, changes, pairs, commonPairs }: Traits): number {
  return changes / chars - commonPairs / (2 * pairs + 1);
}

/** UUIDs, trace ids, digests. */
const ids = /^[0-9a-f-]+$/iu;
const digest = /^(?:sha|md)\d{1,3}[-_]/iu;

function add(sum: Traits, { chars, changes, pairs, commonPairs, classes }: Traits): void {
  sum.chars += chars;
  sum.changes += changes;
  sum.pairs += pairs;
  sum.commonPairs += commonPairs;
  sum.classes |= classes;
}
