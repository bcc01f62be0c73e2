import type { SecretFormat } from "./data-shape.ts";
import { fitsFormat, formats } from "./formats.ts";
import { phrases } from "./phrases.ts";
import type { Found } from "./values.ts";

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

/** What a character can be: part of a word of base64, the first of something known, between a key and a value, `[`. */
export const wordChar = 1;
export const first = 2;
export const separator = 4;
export const bracket = 8;

/** What each ASCII character can be, as bits. */
export const kinds = new Uint8Array(128);
/** By the first two characters: place in `beginnings`, whose first is empty. */
const pairs = new Uint16Array(128 * 128);
const beginnings: Beginning[][] = [[]];

prepare();

/** Whether there is a reason to look closer: most letters begin something, and few pairs of letters do. */
export function mayBegin(text: string, at: number, code: number, kind: number): boolean {
  if ((kind & ~(wordChar | first)) !== 0) return true;
  const next = text.charCodeAt(at + 1);
  return next < 128 && pairs[(code << 7) | next] !== 0;
}

/** What begins at this place and is a secret whole. */
export function begunAt(text: string, at: number, code: number): Found | undefined {
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

function prepare(): void {
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    kinds[code] = /[A-Za-z0-9_+/-]/u.test(char) ? wordChar : ":=>,".includes(char) ? separator : 0;
  }
  kinds["[".charCodeAt(0)] = bracket;
  kinds[" ".charCodeAt(0)] = separator;
  for (const format of formats) for (const prefix of format.prefixes) addFormat(format, prefix);
  for (const { id, begins, find } of phrases)
    for (const text of begins) add({ id, text, anyCase: true, bounded: /^[a-z]{2}/u.test(text), find });
}

function addFormat({ id, rest, where }: SecretFormat, prefix: string): void {
  let pattern: RegExp | undefined;
  const find = (text: string, at: number): Found | undefined => {
    // Compiled when first needed: most of a hundred never are.
    pattern ??= new RegExp(rest, "y");
    pattern.lastIndex = at + prefix.length;
    if (!pattern.test(text)) return undefined;
    let end = pattern.lastIndex;
    if (!fitsFormat(where, text.slice(at + prefix.length, end))) return undefined;
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
