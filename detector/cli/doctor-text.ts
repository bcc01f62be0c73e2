import type { Check } from "../doctor/app-doctor.ts";
import type { SpanExample, SpanReport } from "../doctor/span-tally.ts";
import { plain } from "./text.ts";

/** Rows of one table. */
const rowsMax = 10;

/** One line a check, what to do below it. */
export function checkLines(checks: readonly Check[]): string {
  return checks
    .map(({ state, says, advice }) => {
      const line = `${state.padEnd(8)} ${plain(says)}\n`;
      return advice === undefined ? line : `${line}${" ".repeat(9)}→ ${plain(advice)}\n`;
    })
    .join("");
}

/** What became of the spans of a file, in tables. */
export function spanLines(report: SpanReport): string {
  const { rules, identities, without, lacks } = report;
  return [
    table(
      "actions by rule",
      rules.map(({ name, count }) => [count, name]),
    ),
    table(
      "actions by identity",
      identities.map(({ name, count, strength, rule }) => [
        count,
        strength === "" ? name : `${name}  (${strength}, by ${rule})`,
      ]),
    ),
    table(
      "no action, by library and span",
      without.map(({ name, count }) => [count, name.replace("\0", "  ").trim()]),
    ),
    ...lacks.flatMap(({ lack, examples }) =>
      examples.length === 0 ? [] : [`\nwithout ${lack}, for example\n${examples.map(exampleLine).join("")}`],
    ),
  ].join("");
}

function table(title: string, rows: readonly (readonly [number, string])[]): string {
  if (rows.length === 0) return "";
  const lines = rows
    .slice(0, rowsMax)
    .map(([count, name]) => `${String(count).padStart(10)}  ${plain(name)}\n`);
  const more = rows.length - rowsMax;
  return `\n${title}\n${lines.join("")}${more > 0 ? `${" ".repeat(12)}and ${String(more)} more\n` : ""}`;
}

function exampleLine({ traceId, spanId, name, scope, rule, identity }: SpanExample): string {
  const by = scope === "" ? "" : ` of ${scope}`;
  return `  ${traceId}/${spanId}  ${plain(`${name}${by}  (${rule}, ${identity})`)}\n`;
}
