import { randomCharsMin, randomParts } from "./entropy.ts";
import { furtherFormats, gitleaksFormats } from "./formats.ts";
import { meaningOf } from "./keys.ts";
import { phrases } from "./phrases.ts";
import { secretBehind, type Found } from "./values.ts";

export type { Found } from "./values.ts";

/** Something that may begin where two certain characters stand. */
interface Beginning {
  readonly id: string;
  /** What it begins with. */
  readonly text: string;
  /** Its third character, small, to rule out most at once; 0 where there is none. */
  readonly third: number;
  readonly anyCase: boolean;
  /** Only where no letter or digit stands before: it is too short, or a word of its own. */
  readonly bounded: boolean;
  readonly find: (text: string, at: number) => Found | undefined;
}

const space = 32;
const wordChar = 1;
const first = 2;
const separator = 4;
const bracket = 8;

/** What each ASCII character can be, as bits. */
const kinds = new Uint8Array(128);
/** By the first two characters: place in `beginnings` + 1. */
const pairs = new Uint16Array(128 * 128);
const beginnings: Beginning[][] = [[]];

prepare();

/**
 * The secrets in a text, in order and apart from each other. One pass, and what is tried at a place has a bound, so the time
 * is linear whatever the text is.
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

/** Whether there is a reason to look closer: most letters begin something, and few pairs of letters do. */
function mayBegin(text: string, at: number, code: number, kind: number): boolean {
  if ((kind & ~(wordChar | first)) !== 0) return true;
  const next = text.charCodeAt(at + 1);
  return next < 128 && pairs[(code << 7) | next] !== 0;
}

const nothing: readonly Found[] = [];

/** What we put in place of a secret, so that a text is left as it is the second time. */
const ours = "redacted";

function hitAt(text: string, at: number, code: number, kind: number): Found | undefined {
  if ((kind & bracket) !== 0) {
    const end = text.startsWith("[redacted:", at) ? text.indexOf("]", at) : -1;
    return end < 0 || end - at > 128 ? undefined : { start: at, end: end + 1, format: ours };
  }
  const begun = (kind & first) === 0 ? undefined : begunAt(text, at, code);
  const behind = begun ?? ((kind & separator) === 0 ? undefined : secretBehind(text, at));
  if (behind === undefined || behind.start === at) return behind;
  // What is known by its own looks goes by that name, if it is all of the value.
  const known = begunAt(text, behind.start, text.charCodeAt(behind.start));
  return known !== undefined && known.end >= behind.end ? known : behind;
}

function begunAt(text: string, at: number, code: number): Found | undefined {
  const next = text.charCodeAt(at + 1);
  if (!(code < 128 && next < 128)) return undefined;
  const place = pairs[(code << 7) | next]!;
  if (place === 0) return undefined;
  const third = text.charCodeAt(at + 2) | 32;
  for (const { text: begins, third: expected, anyCase, bounded, find } of beginnings[place]!) {
    if (expected !== third && expected !== 0) continue;
    const fits = anyCase
      ? text.slice(at, at + begins.length).toLowerCase() === begins
      : text.startsWith(begins, at);
    if (!fits || (bounded && !isApart(text, at))) continue;
    const hit = find(text, at);
    if (hit !== undefined) return hit;
  }
  return undefined;
}

/** Whether a word may begin here. The `n` of an escaped line break, and what ends a colour code, is no letter before it. */
function isApart(text: string, at: number): boolean {
  if (at === 0 || !alphanumeric.test(text[at - 1]!)) return true;
  return escapeBefore.test(text.slice(Math.max(0, at - 8), at));
}

const alphanumeric = /[A-Za-z0-9]/u;
// oxlint-disable-next-line no-control-regex -- colour codes begin with one
const escapeBefore = /(?:\\[nrtbf]|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\u001B\[[\d;]*m)$/iu;

function addRandom(text: string, start: number, end: number, key: string | undefined, found: Found[]): void {
  const parts = randomParts(text, start, end);
  if (parts.length === 0 || isWholeId(text, start, end, key)) return;
  for (const [from, to] of parts) {
    // The beginning of base64 may look like a segment of a path; so short a one doesn't part it from its key.
    const named = isNamed(text, from - start > segmentCharsMax ? from : start);
    if (!named && !isText(Buffer.from(text.slice(from, Math.min(to, from + 4_096)), "base64")))
      found.push({ start: from, end: to, format: "random" });
  }
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

/** Text in base64, as opposed to a secret in it. */
function isText(bytes: Buffer): boolean {
  for (const byte of bytes.subarray(0, -2))
    if (byte < 9 || (byte > 13 && byte < 32) || byte > 126) return false;
  return true;
}

function prepare(): void {
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    kinds[code] = /[A-Za-z0-9_+/-]/u.test(char) ? wordChar : ":=>,".includes(char) ? separator : 0;
  }
  kinds["[".charCodeAt(0)] = bracket;
  kinds[" ".charCodeAt(0)] = separator;
  for (const [id, prefixes, rest] of [...gitleaksFormats, ...furtherFormats])
    for (const prefix of prefixes.split(" ")) addFormat(id, prefix, rest);
  for (const { id, begins, pattern, where } of phrases) {
    const find = (text: string, at: number): Found | undefined => {
      pattern.lastIndex = at;
      const secret = pattern.exec(text)?.groups?.["secret"];
      if (secret === undefined || where?.(secret) === false) return undefined;
      const end = pattern.lastIndex;
      return { start: end - secret.length, end, format: id };
    };
    for (const text of begins) add({ id, text, anyCase: true, bounded: /^[a-z]{2}/u.test(text), find });
  }
}

function addFormat(id: string, prefix: string, rest: string): void {
  let pattern: RegExp | undefined;
  const find = (text: string, at: number): Found | undefined => {
    // Compiled when first needed: most of a hundred never are.
    pattern ??= new RegExp(rest, "y");
    pattern.lastIndex = at + prefix.length;
    if (!pattern.test(text)) return undefined;
    let end = pattern.lastIndex;
    while (end < text.length && alphanumeric.test(text[end]!)) end++;
    return { start: at, end, format: id };
  };
  add({
    id,
    text: prefix,
    anyCase: false,
    bounded: prefix.length < 4 || !/[^A-Za-z0-9]/u.test(prefix),
    find,
  });
}

function add(described: Omit<Beginning, "third">): void {
  const beginning = {
    ...described,
    third: described.text.length > 2 ? described.text.charCodeAt(2) | 32 : 0,
  };
  const [one = "", two = ""] = beginning.text;
  for (const a of casesOf(one, beginning.anyCase)) {
    kinds[a] = kinds[a]! | first;
    for (const b of casesOf(two, beginning.anyCase)) {
      const pair = (a << 7) | b;
      if (pairs[pair] === 0) pairs[pair] = beginnings.push([]) - 1;
      beginnings[pairs[pair]!]!.push(beginning);
    }
  }
}

function casesOf(char: string, anyCase: boolean): ReadonlySet<number> {
  const cases = anyCase ? [char, char.toUpperCase()] : [char];
  return new Set(cases.map((each) => each.charCodeAt(0)));
}
