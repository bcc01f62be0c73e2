import { begunAt, bracket, first, kinds, mayBegin, separator, wordChar } from "./beginnings.ts";
import { randomCharsMin, randomParts } from "./entropy.ts";
import { meaningOf } from "./keys.ts";
import { secretBehind, type Found } from "./values.ts";

export type { Found } from "./values.ts";

const space = 32;

/**
 * The secrets in a text, in order and apart from each other. One pass, and what is tried at a place has a bound, so the time
 * is linear whatever the text is.
 *
 * Found are: what begins like one of a hundred formats; what stands behind a key, a header or a phrase that says so; what
 * looks generated, from 32 characters on. Not found are, without such a key: secrets of nothing but hex, or shorter, or made
 * of words; and any that are encoded in another way than percent, or broken into lines, save private keys in PEM.
 *
 * @param key What the text is the value of, as far as known: of `version_id` nothing is found by its looks alone.
 */
export function scan(text: string, key?: string): readonly Found[] {
  let found: Found[] | undefined;
  const flags = text.includes("--");
  let run = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? kinds[code]! : 0;
    if (kind > wordChar && (code !== space || flags) && mayBegin(text, at, code, kind)) {
      const hit = hitAt(text, at, code, kind);
      if (hit !== undefined) {
        found ??= [];
        if (hit.start - run >= randomCharsMin) addRandom(text, run, hit.start, key, found);
        if (hit.format !== ours) found.push(hit);
        at = hit.end;
        run = at;
        continue;
      }
    }
    at++;
    if ((kind & wordChar) === 0) {
      if (at - 1 - run >= randomCharsMin) addRandom(text, run, at - 1, key, (found ??= []));
      run = at;
    }
  }
  if (at - run >= randomCharsMin) addRandom(text, run, at, key, (found ??= []));
  return found ?? nothing;
}

const nothing: readonly Found[] = [];

/** What we put in place of a secret, so that a text is left as it is the second time. */
const ours = "redacted";
const mark = /^\[redacted:[^\]]{1,128}\]$/u;

function hitAt(text: string, at: number, code: number, kind: number): Found | undefined {
  if ((kind & bracket) !== 0) {
    const end = text.startsWith("[redacted:", at) ? text.indexOf("]", at) : -1;
    return end < 0 || end - at > 128 ? undefined : { start: at, end: end + 1, format: ours };
  }
  const begun = (kind & first) === 0 ? undefined : begunAt(text, at, code);
  const behind = begun ?? ((kind & separator) === 0 ? undefined : secretBehind(text, at));
  if (behind === undefined || behind.start === at) return behind;
  if (text[behind.start] === "[" && mark.test(text.slice(behind.start, behind.end)))
    return { ...behind, format: ours };
  // What is known by its own looks goes by that name, if it is all of the value.
  const known = begunAt(text, behind.start, text.charCodeAt(behind.start));
  return known !== undefined && known.end >= behind.end ? known : behind;
}

function addRandom(text: string, start: number, end: number, key: string | undefined, found: Found[]): void {
  const parts = randomParts(text, start, end);
  if (parts.length === 0 || isWholeId(text, start, end, key)) return;
  for (const [from, to] of parts) {
    // The beginning of base64 may look like a segment of a path; so short a one doesn't part it from its key.
    const named = isNamed(text, from - start > segmentCharsMax ? from : start);
    if (!named && !isHarmless(Buffer.from(text.slice(from, Math.min(to, from + 4_096)), "base64")))
      found.push({ start: from, end: to + paddingAt(text, to), format: "random" });
  }
}

/** How many `=` fill base64 up. */
function paddingAt(text: string, at: number): number {
  return text[at] === "=" ? (text[at + 1] === "=" ? 2 : 1) : 0;
}

const segmentCharsMax = 12;
const path = /^\/[a-z]+\//u;

/** Whether the text is the value of a key like `version_id`, and nothing else. */
function isWholeId(text: string, start: number, end: number, key: string | undefined): boolean {
  if (key === undefined || start > 1 || end < text.length - 2 || path.test(text)) return false;
  return meaningOf(key) === "id";
}

/** Whether the key before it says that it is a name for something. */
function isNamed(text: string, start: number): boolean {
  const before = /([\w.-]{1,64})(?:\\?["'])?\s{0,2}[:=-]\s{0,2}\\?["'[]{0,2}$/u.exec(
    text.slice(Math.max(0, start - 80), start),
  )?.[1];
  return before !== undefined && meaningOf(before) === "id";
}

/** Text in base64, with no secret in it. */
function isHarmless(bytes: Buffer): boolean {
  for (const byte of bytes.subarray(0, -2))
    if (byte < 9 || (byte > 13 && byte < 32) || byte > 126) return false;
  return scan(bytes.toString("latin1")).length === 0;
}
