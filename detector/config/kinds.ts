import { z } from "zod";

/** How much of a value may be shown: `all` hides it, `path` shows the origin of a URL alone. */
export type Hide = "all" | "path";

/**
 * The kinds of settings. Each carries the half-sentence that is told when a value is wrong, so that a setting's limits
 * and its error can't disagree.
 */
export function whole(min: number, max: number) {
  const error = `it must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** Text of bounded length; `what` says what it is for when the length is not the point. */
export function text(max = 1024, what = `text of 1 to ${max} characters`) {
  const error = `it must be ${what}`;
  return z.string({ error }).min(1, { error }).max(max, { error });
}

/** Text of one form. */
export function pattern(form: RegExp, what: string) {
  return text(1024, what).regex(form, { error: `it must be ${what}` });
}

/** `true` or `false`. */
export function flag() {
  return z.boolean({ error: "it must be true or false" });
}

/** One word of a list. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `it must be one of ${words.join(", ")}` });
}

/** A list of one kind. */
export function listOf<Item extends z.ZodType>(item: Item, max: number, what: string) {
  const error = `it must be a list of at most ${max} ${what}`;
  return z.array(item, { error }).max(max, { error });
}

/** A group of settings; a key it does not know is an error. */
export function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    // Unknown keys are an issue of their own, told with their name; only a wrong type is told here.
    error: (issue) => (issue.code === "invalid_type" ? "it must be a group of settings" : undefined),
  });
}

/** An http(s) address without a password in it: addresses are printed, passwords have settings of their own. */
export function address() {
  const what = "an http:// or https:// address without user and password";
  return text(2048, what).refine(isPlainAddress, { error: `it must be ${what}` });
}

/** Marks a value that is never shown, neither in an error nor in the printed configuration. */
export function hidden<Kind extends z.ZodType>(kind: Kind, hide: Hide = "all"): Kind {
  return kind.meta({ hide });
}

function isPlainAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return (
    (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.password === ""
  );
}

/** A point in time, as ISO 8601 writes it. */
export function instant() {
  return z.iso.datetime({ offset: true, error: "it must be an instant, for example 2026-11-22T00:00:00Z" });
}
