import { data } from "./data.ts";
import { looksGenerated } from "./entropy.ts";
import { meaningOf } from "./keys.ts";
import { isHandMade } from "./phrases.ts";

/** A secret in a text, from `start` up to `end`. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly format: string;
}

const keyCharsMax = 64;
/** Cookies are that long. */
const valueCharsMax = 4_096;
/** By which a value is judged, however long it is. */
const judgedCharsMax = 256;

/**
 * The secret that stands behind the separator at `at`, in `key=value`, `"key": "value"`, `key => value`,
 * `<key>value</key>`, `["key","value"]`, `--key value`, or in the user's part of a URL.
 */
export function secretBehind(text: string, at: number): Found | undefined {
  const separator = text.charCodeAt(at);
  if (separator === colon && text.startsWith("//", at + 1)) return passwordOfUrl(text, at + 3);
  if (separator === comma && !/["']/u.test(text[at - 1] ?? "")) return undefined;
  const key = keyBefore(text, at);
  if (key === "") return undefined;
  const meaning = meaningOf(key);
  if (meaning === "nothing" || meaning === "id") return undefined;
  // Lists of fields name a password among others; lists of headers don't.
  if (separator === comma && meaning === "password") return undefined;
  const value = valueFrom(text, at + 1, meaning === "header");
  if (value === undefined) return undefined;
  const { start, end, quoted } = value;
  // Not in `login <user> <password>`, nor where an arrow ends in something else.
  if (separator === closing && text[at - 1] !== "=" && !text.startsWith("</", end)) return undefined;
  const prose = !quoted && text.charCodeAt(at + 1) === space;
  return isSecret(meaning, text.slice(start, Math.min(end, start + judgedCharsMax)), prose)
    ? { start, end, format: meaning }
    : undefined;
}

/** Whether a value of a key with this meaning is one to hide. `prose`: it may as well be a sentence going on. */
export function isSecret(
  meaning: "password" | "credential" | "header",
  value: string,
  prose: boolean,
): boolean {
  if (placeholder.test(value)) return false;
  if (meaning === "password") return prose ? isHandMade(value) && value.length >= 4 : !rule.test(value);
  if (meaning === "header") return scheme.test(value) || cookie.test(value) || looksGenerated(value);
  return looksGenerated(value);
}

const space = 32;
/** What stands where a value would: nothing, a variable, a type, a call. */
const placeholder = new RegExp(data.values.placeholder, "iu");
/** What a check says of a field, where its value would stand. */
const rule = new RegExp(data.values.rule, "iu");
const unfilled = data.values.unfilled.map((text) => text.replaceAll(/[$[{]/gu, String.raw`\$&`)).join("|");
const scheme = new RegExp(String.raw`${data.values.scheme}(?!${unfilled})\S{6}`, "iu");
const cookie = new RegExp(data.values.cookie, "iu");

/** The name that stands before a separator; "" when there is none. */
function keyBefore(text: string, at: number): string {
  let end = at;
  while (end > 0 && at - end < 4 && " \"'`\\]?:=".includes(text[end - 1]!)) end--;
  let start = end;
  while (start > 0 && end - start < keyCharsMax && isKeyChar(text.charCodeAt(start - 1))) start--;
  const separator = text.charCodeAt(at);
  if (separator === comma && !headerName.test(text.slice(Math.max(0, start - 1), at))) return "";
  if (separator === closing && text.charCodeAt(start - 1) !== opening && !text.startsWith("=>", at - 1))
    return "";
  if (separator === space && !(text.startsWith("--", start) && end === at)) return "";
  // In `arn:…:secret:prod/db` the names are joined by colons, and none is the key of the next.
  const isJoined = separator === colon && end === at && text.charCodeAt(at + 1) !== space;
  if (isJoined && text.charCodeAt(start - 1) === colon) return "";
  // What stands there was a secret itself.
  if (text.startsWith("[redacted:", start - 10)) return "";
  const key = text.slice(start, end);
  return key === "value" || key === "Value" ? nameBefore(text, start) : key;
}

/** Of `{ "name": "password", "value": … }`, the name. */
function nameBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - 128), at);
  return (
    /(?:name|key)\\?["']? {0,4}[:=] {0,4}\\?["']?([\w.-]{1,64})\\?["']?\s{0,40},?\s{0,40}\\?["']?$/iu.exec(
      before,
    )?.[1] ?? ""
  );
}

/** In a flat list of headers, names and values take turns. */
const headerName = /^["'][A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){0,4}["']$/u;

const comma = 44;
const colon = 58;
const opening = 60;
const closing = 62;

function isKeyChar(code: number): boolean {
  return (
    (code > 96 && code < 123) ||
    (code > 64 && code < 91) ||
    (code > 47 && code < 58) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

/** Where the value behind a separator begins and ends, without its quotes. */
function valueFrom(
  text: string,
  from: number,
  wholeLine: boolean,
): { start: number; end: number; quoted: boolean } | undefined {
  lead.lastIndex = from;
  lead.test(text);
  let start = lead.lastIndex;
  const limit = Math.min(text.length, start + valueCharsMax);
  const escaped = text[start] === "\\";
  if (escaped) while (text[start] === "\\") start++;
  const mark = text[start];
  if (mark === '"' || mark === "'" || mark === "`") {
    const end = closingQuote(text, start + 1, limit, mark, escaped);
    return end > start + 1 ? { start: start + 1, end, quoted: true } : undefined;
  }
  const bare = wholeLine ? lineOf : wordOf;
  bare.lastIndex = start;
  bare.test(text);
  const end = bare.lastIndex;
  return end > start ? { start, end, quoted: false } : undefined;
}

const lead = /(?:[>=]?[ \t]{0,8}|[ \t]{0,8}\[[ \t\n]{0,8}|\\+[nt][ \t]*)/y;
/** Without quotes a value goes on to the end of its line or its word; escaped white space and quotes end it as well. */
const lineOf = /(?:[^\n\r"'`\\]|\\(?!["nrt])){1,4096}/y;
const wordOf = /(?:[^\s"'`,;&<>|)}\]\\]|\\(?!["nrt])){1,4096}/y;

function closingQuote(text: string, from: number, limit: number, mark: string, escaped: boolean): number {
  for (let at = from; at < limit; at++) {
    const char = text[at];
    if (char === mark && !escaped) return at;
    if (char !== "\\") continue;
    if (escaped && text[at + 1] === mark) return at;
    // In JSON within JSON the end is `\"`; a quote within the value has three of them.
    if (!escaped) at++;
  }
  return limit;
}

/** Userinfo may hold `/` and `@` where nobody encoded it; a port, or a digest after the `@`, is none. */
const userinfo =
  /[^\s/?#:@"'<>[\]]{0,256}:(?!\d{1,5}(?:[/?#]|$))(?<secret>[^\s?#"'<>]{1,512})@(?!sha\d{3}:)/y;
const plainUserinfo = /[^\s/?#:@"'<>[\]]{0,256}:(?<secret>[^\s/?#"'<>]{1,512})@(?!sha\d{3}:)/y;

function passwordOfUrl(text: string, from: number): Found | undefined {
  // Paths on the web may hold an `@`; those of databases don't, so there the last one counts.
  const web = text.startsWith("http", from - 7) || text.startsWith("https", from - 8);
  for (const pattern of web ? [plainUserinfo, userinfo] : [userinfo, plainUserinfo]) {
    pattern.lastIndex = from;
    const secret = pattern.exec(text)?.groups?.["secret"];
    if (secret === undefined) continue;
    const end = pattern.lastIndex - 1;
    if (placeholder.test(secret)) return undefined;
    return { start: end - secret.length, end, format: "password" };
  }
  return undefined;
}
