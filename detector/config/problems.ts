import type { z } from "zod";
import { Config } from "./config.ts";
import { isTree } from "./env.ts";
import { nearest } from "./suggest.ts";
import { envName, fitsEnv, hideOf, keysOf, leavesOf, type Path, pathText, schemaAt } from "./walk.ts";

/** One sentence for each setting that is wrong; values of hidden settings, and of whole groups, are not shown. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], raw: unknown): readonly string[] {
  const byPlace = new Map<string, readonly string[]>();
  for (const issue of issues) {
    const place = pathText(issue.path);
    // A value that breaks several limits of its kind is told once: the sentence names them all.
    if (issue.code !== "unrecognized_keys")
      byPlace.set(place, byPlace.get(place) ?? [wrongValue(issue.path, issue.message, raw)]);
    else
      byPlace.set(
        `${place} keys`,
        issue.keys.map((key) => unknownKey(issue.path, key)),
      );
  }
  return [...byPlace.values()].flat();
}

function wrongValue(path: Path, allowed: string, raw: unknown): string {
  const schema = schemaAt(Config, path);
  const value = valueAt(raw, path);
  const names = path.filter((key) => typeof key === "string");
  const env =
    names.length === path.length && schema !== undefined && keysOf(schema).length === 0 && fitsEnv(schema);
  return `${pathText(path) || "the configuration"} ${shown(value, schema)}; ${allowed}${env ? ` (${envName(names)})` : ""}`;
}

function shown(value: unknown, schema: z.ZodType | undefined): string {
  if (value === undefined) return "is missing";
  // Text where a group or a list belongs may be anything, a secret too.
  const leaf = schema !== undefined && keysOf(schema).length === 0 && schema.def.type !== "array";
  if (!leaf || hideOf(schema) !== undefined) return "has a wrong value";
  if (typeof value === "object") return `is a ${Array.isArray(value) ? "list" : "group"}`;
  const json = JSON.stringify(value) ?? "something else";
  // An address that was refused may be refused for the password in it.
  return json.includes("://")
    ? "has a wrong value"
    : `is ${json.length > 100 ? `${json.slice(0, 100)}…` : json}`;
}

function unknownKey(path: Path, key: string): string {
  const place = pathText([...path, key]);
  const here = keysOf(schemaAt(Config, path));
  const near = nearest(key, here);
  if (near !== undefined) return `${place} is not a setting; did you mean ${pathText([...path, near])}?`;
  const elsewhere = leavesOf(Config).filter((leaf) => leaf.path.at(-1)?.toLowerCase() === key.toLowerCase());
  // More than two would be a riddle.
  if (elsewhere.length === 1 || elsewhere.length === 2)
    return `${place} is not a setting; did you mean ${elsewhere.map((leaf) => pathText(leaf.path)).join(" or ")}?`;
  return `${place} is not a setting; allowed here are ${here.join(", ")}`;
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isTree(value) && Object.hasOwn(value, key)) value = value[String(key)];
    else return undefined;
  }
  return value;
}
