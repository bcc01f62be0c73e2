import { data } from "./data.ts";
import { looksGenerated } from "./entropy.ts";

/**
 * Attributes that are names out of a program: classes of errors and names of arguments. A model may call an argument, and an
 * error be called, anything at all, a password too; so what isn't written as such a name doesn't leave, and this does instead.
 */
const insteadOf: ReadonlyMap<string, string> = new Map(Object.entries(data.names.insteadOf));

const wordCharsMax = data.names.charsMax;
/** Digits in the middle of it look generated: `H2Exception`, `NoSuchKey`, `md5sum`. */
const classOrCode = new RegExp(data.names.classOrCode, "u");
/** With what joins words: `java.net.ConnectException`, `filter[0].user-id`, `$top`; and codes: `404`, `42P01`. */
const word = new RegExp(data.names.word, "u");

/** They come again and again; made-up ones can't fill the memory. */
const keptMax = 2_000;
const kept = new Map<string, boolean>();

/**
 * The text, or what stands for it where the attribute is a name and the text is none.
 *
 * @example
 * wordOf("error.type", "TimeoutError"); // "TimeoutError"
 * wordOf("nhi.args.name", "Hunter2022!"); // "[redacted:name]"
 */
export function wordOf(attribute: string, text: string): string {
  const instead = insteadOf.get(attribute);
  return instead === undefined || isWord(text) ? text : instead;
}

function isWord(text: string): boolean {
  if (text.length > wordCharsMax) return false;
  const known = kept.get(text);
  if (known !== undefined) return known;
  const is = word.test(text) && (classOrCode.test(text) || !looksGenerated(text));
  if (kept.size >= keptMax) kept.clear();
  kept.set(text, is);
  return is;
}
