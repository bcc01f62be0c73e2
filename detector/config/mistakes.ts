import type { z } from "zod";
import { nearest } from "./suggest.ts";
import { keysOf, type Path, pathText, schemaAt } from "./walk.ts";

/** Something that is wrong in what a person wrote. */
export interface Mistake {
  readonly path: Path;
  /** Whether the key itself is wrong, or what stands under it. */
  readonly what: "key" | "value";
  /** What is wrong, what is allowed, and what was probably meant. */
  readonly sentence: string;
}

type Issue = z.core.$ZodIssue;

/**
 * One sentence for each thing that is wrong, in the order of the schema.
 *
 * @param whole what the outermost value is called.
 * @example
 * mistakesOf(PolicyFile, issues, raw, "the file"); // 'playbooks[0].do is "pauze"; did you mean pause? Allowed are watch, pause, …'
 */
export function mistakesOf(
  schema: z.ZodType,
  issues: readonly Issue[],
  raw: unknown,
  whole: string,
): readonly Mistake[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? unknownKeys(schema, issue) : [],
  );
  const meant = new Set(unknown.map(({ meantPath }) => meantPath));
  const byPlace = new Map<string, Mistake>();
  for (const issue of issues) {
    const place = pathText(issue.path);
    // A misspelt key is one mistake, not one too many and one too few.
    if (issue.code === "unrecognized_keys" || meant.has(place)) continue;
    // A value that breaks several limits of its kind is told once.
    if (byPlace.has(place)) continue;
    const sentence = `${place === "" ? whole : place} ${wrongValue(schema, issue, valueAt(raw, issue.path))}`;
    byPlace.set(place, { path: issue.path, what: "value", sentence });
  }
  return [...unknown.map(({ mistake }) => mistake), ...byPlace.values()];
}

function unknownKeys(
  schema: z.ZodType,
  issue: Extract<Issue, { readonly code: "unrecognized_keys" }>,
): readonly { readonly mistake: Mistake; readonly meantPath: string | undefined }[] {
  const here = keysOf(schemaAt(schema, issue.path));
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const near = nearest(key, here);
    const advice = near === undefined ? `allowed here are ${here.join(", ")}` : `did you mean ${near}?`;
    return {
      mistake: { path, what: "key", sentence: `${shortened(pathText(path))} is not known; ${advice}` },
      meantPath: near === undefined ? undefined : pathText([...issue.path, near]),
    };
  });
}

function wrongValue(schema: z.ZodType, issue: Issue, value: unknown): string {
  if (issue.code === "custom") return `is wrong: ${issue.message}`;
  const is = value === undefined ? "is missing" : `is ${shown(value)}`;
  return `${is}; ${allowed(issue, value, keysOf(schemaAt(schema, issue.path)))}`;
}

function allowed(issue: Issue, value: unknown, keys: readonly string[]): string {
  switch (issue.code) {
    case "invalid_type":
      return `it must be ${kindText(issue.expected, keys)}${quotes(issue.expected, value)}`;
    case "invalid_value":
      return oneOf(issue.values.map(String), value);
    case "too_small":
      return `it must be ${sizeText(issue.origin, "at least", Number(issue.minimum))}`;
    case "too_big":
      return `it must be ${sizeText(issue.origin, "at most", Number(issue.maximum))}`;
    case "invalid_format":
      return `it ${formats[issue.format] ?? issue.message}`;
    case "invalid_union":
      return `it ${formats[formatOf(issue.errors)] ?? "has none of the allowed forms"}`;
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message;
  }
}

const formats: Readonly<Record<string, string>> = {
  datetime: "must be an instant with its offset, such as 2026-12-31T00:00:00Z",
  cidrv4: "must be an address or a block of addresses, such as 10.2.0.0/16",
  url: "must be an http:// or https:// address",
};

function formatOf(errors: readonly (readonly Issue[])[]): string {
  const [first] = errors.flat();
  return first?.code === "invalid_format" ? first.format : "cidrv4";
}

function oneOf(words: readonly string[], value: unknown): string {
  const near = typeof value === "string" ? nearest(value, words) : undefined;
  const list = `be one of ${words.join(", ")}`;
  return near === undefined ? `it must ${list}` : `did you mean ${near}? It must ${list}`;
}

function kindText(expected: string, keys: readonly string[]): string {
  if (expected === "string") return "text";
  if (expected === "boolean") return "true or false";
  if (expected === "array") return "a list";
  if (expected === "object") return `a group of ${keys.join(", ")}`;
  return expected === "int" ? "a whole number" : "a number";
}

/** YAML reads 14 as a number and true as a truth value. */
function quotes(expected: string, value: unknown): string {
  const isPlain = typeof value === "number" || typeof value === "boolean";
  return expected === "string" && isPlain ? `: put it in quotes, "${String(value)}"` : "";
}

function sizeText(origin: string, which: string, size: number): string {
  if (origin === "string") return `text of ${which} ${size} ${size === 1 ? "character" : "characters"}`;
  if (origin === "array") return `a list of ${which} ${size} ${size === 1 ? "entry" : "entries"}`;
  return `${which} ${size}`;
}

function shown(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a group" : shortened(JSON.stringify(value) ?? "something else");
}

/** Longest piece of the file that is shown. */
const shownMax = 80;
const shortened = (text: string): string => (text.length > shownMax ? `${text.slice(0, shownMax)}…` : text);

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
