import type { Condition } from "../../schemas/index.ts";
import { firstPresent, type Lookup } from "./template.ts";

/** Whether all conditions hold. */
export type Predicate = (lookup: Lookup) => boolean;

/** Compiles the `when` of a rule; no conditions hold always. */
export function compileConditions(conditions: Readonly<Record<string, Condition>>): Predicate {
  const compiled = Object.entries(conditions).map(([names, condition]) =>
    compileOne(names.split("|"), condition),
  );
  return (lookup) => compiled.every((holds) => holds(lookup));
}

function compileOne(names: readonly string[], condition: Condition): Predicate {
  const test = compileTest(condition);
  return (lookup) => {
    const value = firstPresent(names, lookup);
    return value !== undefined && test(value);
  };
}

function compileTest(condition: Condition): (value: string) => boolean {
  if (condition === "*") return () => true;
  if (typeof condition === "string") return (value) => value === condition;
  if (!("matches" in condition)) {
    const allowed = new Set(condition);
    return (value) => allowed.has(value);
  }
  const { matches, ignoreCase = false } = condition;
  const pattern = new RegExp(matches, ignoreCase ? "iu" : "u");
  return (value) => pattern.test(value);
}
