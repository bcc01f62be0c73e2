import type { Condition } from "../../schemas/index.ts";
import type { Names, SpanRow } from "../decode/index.ts";
import { ByCode } from "./by-code.ts";
import { firstPresent, placesOf } from "./template.ts";
import type { Words } from "./words.ts";

/** Whether all conditions hold. */
export type Predicate = (row: SpanRow) => boolean;

/** Compiles the `when` of a rule; no conditions hold always. */
export function compileConditions(
  conditions: Readonly<Record<string, Condition>>,
  names: Names,
  words: Words,
): Predicate {
  const compiled = Object.entries(conditions).map(([alternatives, condition]) =>
    compileOne(placesOf(alternatives, names), condition, words),
  );
  return (row) => {
    for (const holds of compiled) if (!holds(row)) return false;
    return true;
  };
}

function compileOne(places: readonly number[], condition: Condition, words: Words): Predicate {
  const test = compileTest(condition, words);
  return (row) => {
    const code = firstPresent(places, row);
    return code !== 0 && test(row, code);
  };
}

function compileTest(condition: Condition, words: Words): (row: SpanRow, code: number) => boolean {
  if (condition === "*") return () => true;
  if (typeof condition === "string") {
    const wanted = words.code(condition);
    return (_row, code) => code === wanted;
  }
  if (!("matches" in condition)) {
    const allowed = new Set(condition.map((word) => words.code(word)));
    return (_row, code) => allowed.has(code);
  }
  const pattern = new RegExp(condition.matches, condition.ignoreCase === true ? "iu" : "u");
  const memo = new ByCode<boolean>();
  return ({ dictionary }, code) =>
    memo.get(dictionary, code) ?? memo.set(code, pattern.test(dictionary.text(code)));
}
