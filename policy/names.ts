import { compilePattern } from "./pattern.ts";

/**
 * Whether a name is what it seems. `windows` has backslashes and is else `plain`. A `trick` may be read in two ways, by two programs or
 * by a person and a program.
 */
export type NameForm = "plain" | "windows" | "trick";

/** Nothing outside of ASCII, no escapes, no doubled slash but that of a scheme, no dot or space where a segment begins or ends. */
const suspicious = /[^\x20-\x7e]|[\\%]|(?<!:|^file:\/)\/\/|[. ](?:\/|$)|(?:^|\/)\.{1,2}[/;]/u;

const tricks: readonly RegExp[] = [
  // Of controls, what can't be seen or turns the direction of writing, other spaces than the plain one, halves of signs.
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u,
  // A segment that leads elsewhere; `./` at the beginning leads nowhere.
  /(?:^|[/\\])\.\.(?:[/\\;]|$)|[/\\]\.(?:[/\\;]|$)/u,
  // A segment that a file system cuts.
  /(?!^)[. ](?:[/\\]|$)/u,
  /(?<!:|^file:\/)\/\/|(?!^)\\\\/u,
  // Dots, slashes, backslashes and controls in disguise, however often; bytes that no UTF-8 has, and the form of old servers.
  /%(?:25)*(?:2e|2f|5c|7f|[01][\da-f]|c[01]|e0%80|u[\da-f]{4})/iu,
  // Signs that look like a slash, a backslash or dots.
  /[\u2024-\u2026\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe52\ufe68]/u,
];

/** Alphabets of which letters look like those of another. Within one word only one of them is used. */
const alikes = ["Latin", "Greek", "Cyrillic", "Armenian", "Cherokee", "Coptic", "Lisu", "Georgian"].map(
  (script) => new RegExp(`\\p{Script=${script}}`, "u"),
);
const words = /[\p{L}\p{M}]+/gu;
/** What stands for a letter, a digit or a sign of paths under another number: full width, mathematical, superscript. */
const pathSigns = /[\w./\\%:]/u;

/**
 * Tells names that try tricks, in one pass: segments `.` and `..`, also as percent escapes; backslashes; controls, what can't be seen, and
 * what turns the direction of writing; signs of another number than they seem to have (not NFC, full width); words that mix alphabets;
 * segments that end with a dot or a space; doubled slashes. Names with letters of any one alphabet, URLs, ARNs and paths are plain.
 *
 * @example
 * formOf("crm/../vault/x"); // "trick"
 */
export function formOf(name: string): NameForm {
  if (!suspicious.test(name)) return "plain";
  if (tricks.some((trick) => trick.test(name)) || isDisguised(name)) return "trick";
  return name.includes("\\") ? "windows" : "plain";
}

function isDisguised(name: string): boolean {
  if (name.normalize("NFC") !== name) return true;
  for (const sign of name) {
    const plain = sign.normalize("NFKC");
    if (plain !== sign && pathSigns.test(plain)) return true;
  }
  for (const [word] of name.matchAll(words)) {
    if (alikes.filter((script) => script.test(word)).length > 1) return true;
  }
  return false;
}

/** A pattern of names that tricks can't pass. There is one for each name in a grant, so one without a star is as small as can be. */
export class NamePattern {
  readonly text: string;
  /** Whether it takes every name. */
  readonly isOpen: boolean;
  /** Undefined where it takes the name that it is, to the letter. */
  readonly #matches: ((name: string) => boolean) | undefined;

  constructor(text: string) {
    this.text = text;
    this.isOpen = /^\*+$/u.test(text);
    this.#matches = text.includes("*") ? compilePattern(text) : undefined;
  }

  takes(name: string, form: NameForm): boolean {
    if (this.isOpen) return true;
    if (this.#matches === undefined) return name === this.text;
    if (form === "trick" || (form === "windows" && !this.text.includes("\\"))) return false;
    return this.#matches(name);
  }
}

/**
 * Compiles a pattern of names. One without a star takes the name that it is, to the letter; stars alone take every name. Any other takes
 * plain names only, and those with backslashes where it has some itself.
 */
export const namePattern = (text: string): NamePattern => new NamePattern(text);
