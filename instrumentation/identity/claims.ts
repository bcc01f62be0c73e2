/** Claims of a token as JSON gave them: nothing in them is believed to have any shape. */
export type Claims = Readonly<Record<string, unknown>>;

/** Longest text taken from a claim; an identity's id has no more either. */
const textMax = 512;

/** Characters that end a line, or that are not seen where they stand. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** The text at `name`, if it is one: not empty, not longer than 512 characters, without spaces or control characters. */
export function textAt(claims: Claims, name: string): string | undefined {
  return fitText(valueAt(claims, name));
}

/** As `textAt`, but spaces may be in it: a title rather than an id. */
export function titleAt(claims: Claims, name: string): string | undefined {
  return fitTitle(valueAt(claims, name));
}

/** `value` if it can stand in an id: see `textAt`. */
export function fitText(value: unknown): string | undefined {
  const title = fitTitle(value);
  return title === undefined || /\s/u.test(title) ? undefined : title;
}

function fitTitle(value: unknown): string | undefined {
  const fits = typeof value === "string" && value !== "" && value.length <= textMax && !unseen.test(value);
  return fits ? value : undefined;
}

/** The object at `name`, if it is one. */
export function objectAt(claims: Claims, name: string): Claims | undefined {
  const value = valueAt(claims, name);
  return isObject(value) ? value : undefined;
}

/** What stands at `name` itself, never what a prototype has there. */
export function valueAt(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** Seconds since 1970 at `name` as milliseconds. */
export function instantAt(claims: Claims, name: string): number | undefined {
  const value = valueAt(claims, name);
  const fits = typeof value === "number" && value >= 0 && value < 1e11;
  return fits ? Math.round(value * 1000) : undefined;
}

/** The texts of `found` that are there, by name. */
export function present(found: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

export function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `text` as a JSON object; nothing where it is none. */
export function objectOf(text: string | Uint8Array | undefined): Claims | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
