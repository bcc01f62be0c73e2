import { absent, type Dictionary, empty, type Names, type SpanRow } from "../decode/index.ts";
import { ByCode, pairOf } from "./by-code.ts";
import { pathShape, urlHost, urlShape } from "../../schemas/url-shape.ts";
import type { Words } from "./words.ts";

/** A compiled list of templates: the code of the first in which every placeholder has a value, else `absent`. */
export type Template = (row: SpanRow) => number;

/** By the names that templates call them. */
export const filters: Readonly<Record<string, (text: string) => string>> = {
  host: urlHost,
  url: urlShape,
  path: pathShape,
  rest: (text) => text.slice(text.indexOf(" ") + 1),
  first: (text) => text.split(" ", 1)[0] ?? "",
  dots: (text) => text.replaceAll("/", "."),
  service: (text) => text.slice(0, Math.max(0, text.lastIndexOf("/"))) || text,
  lower: (text) => text.toLowerCase(),
  verb,
};

/** Letters of the longest verb; a span's name is anybody's text. */
const verbCharsMax = 32;

/** `select` of `SELECT shop.orders`, `pg.query:SELECT shop` and `shop.select`; "" where there is no such word. */
function verb(text: string): string {
  const word = text.split(" ", 1)[0] ?? "";
  const last = word.slice(Math.max(word.lastIndexOf("."), word.lastIndexOf(":")) + 1);
  return last.length <= verbCharsMax && /^[A-Za-z]+$/u.test(last) ? last.toLowerCase() : "";
}

/**
 * Compiles templates as `attribution.json` writes them. A text that is the value of one attribute is passed on as its
 * code; others are put together once for all rows of a chunk in which the same values meet.
 *
 * @throws Error when a template names an unknown filter: the table is shipped with the program, so that is a bug.
 * @example
 * const operation = compileTemplates(["db.{db.operation.name|db.operation:lower}", "db.query"], names, words);
 * dictionary.text(operation(row)); // "db.select"
 */
export function compileTemplates(templates: readonly string[], names: Names, words: Words): Template {
  const compiled = templates.map((template) => compileTemplate(template, names, words));
  return (row) => {
    for (const template of compiled) {
      const code = template(row);
      if (code !== absent && code !== empty) return code;
    }
    return absent;
  };
}

/** A literal, or the attributes of which the first present one stands here. */
type Part = string | Placeholder;

interface Placeholder {
  readonly places: readonly number[];
  readonly filter: (text: string) => string;
}

function compileTemplate(template: string, names: Names, words: Words): Template {
  const parts = template
    .split(/(\{[^}]*\})/u)
    .filter((part) => part !== "")
    .map((part) => compilePart(part, names));
  const placeholders = parts.filter((part) => typeof part !== "string");
  const [only] = placeholders;
  if (only === undefined) {
    const constant = words.code(template);
    return () => constant;
  }
  if (parts.length === 1 && only.filter === unchanged) return (row) => firstPresent(only.places, row);
  return composed(parts, placeholders);
}

/** The text that several values make together, remembered by their codes. */
function composed(parts: readonly Part[], placeholders: readonly Placeholder[]): Template {
  const made = new ByCode<number>();
  const pairs = new ByCode<number>();
  const values = placeholders.map(() => absent);
  return (row) => {
    const { dictionary } = row;
    let key: number = absent;
    for (let at = 0; at < placeholders.length; at += 1) {
      const code = dictionary.solid(firstPresent(placeholders[at]!.places, row));
      if (code === absent) return absent;
      values[at] = code;
      key = key === absent ? code : numberOf(pairs, dictionary, pairOf(key, code));
    }
    return made.get(dictionary, key) ?? made.set(key, dictionary.add(textOf(parts, values, dictionary)));
  };
}

/** A number for each pair, from 1 on. */
function numberOf(pairs: ByCode<number>, dictionary: Dictionary, pair: number): number {
  return pairs.get(dictionary, pair) ?? pairs.set(pair, pairs.size + 1);
}

/** "" when a filter leaves nothing of some value. */
function textOf(parts: readonly Part[], values: readonly number[], dictionary: Dictionary): string {
  let text = "";
  let at = 0;
  for (const part of parts) {
    const piece = typeof part === "string" ? part : part.filter(dictionary.text(values[at++]!));
    if (piece === "") return "";
    text += piece;
  }
  return text;
}

function compilePart(part: string, names: Names): Part {
  if (!part.startsWith("{")) return part;
  const [alternatives = "", filterName] = part.slice(1, -1).split(":");
  const filter = filterName === undefined ? unchanged : filters[filterName];
  if (filter === undefined) throw new Error(`template ${part} names no known filter`);
  return { places: placesOf(alternatives, names), filter };
}

/** Places of the names in `a|b`; a name that nobody reads has none. */
export function placesOf(alternatives: string, names: Names): readonly number[] {
  return alternatives
    .split("|")
    .map((name) => names.placeOf(name))
    .filter((place) => place !== -1);
}

const unchanged = (text: string): string => text;

/** The value of the first of some attributes that the span has and that isn't empty; else `absent`. */
export function firstPresent(places: readonly number[], { codes }: SpanRow): number {
  for (let at = 0; at < places.length; at += 1) {
    const code = codes[places[at]!]!;
    if (code !== absent && code !== empty) return code;
  }
  return absent;
}
