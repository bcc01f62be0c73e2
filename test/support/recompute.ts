/** Runs a finding's SQL as a person would who pastes it: no database chosen, no parameters. */
import type { Finding } from "../../schemas/index.ts";
import { sql } from "./sql.ts";

/** A finding whose SQL does not give its numbers, and what it gives. */
export interface NotRecomputed {
  readonly rule: string;
  readonly sql: string;
  readonly why: Finding["why"];
  readonly gives: unknown;
}

/** The rows that a printed query gives. */
export async function rowsOf(url: string, printed: string): Promise<unknown[]> {
  const text = await sql(url, printed, {
    default_format: "JSONEachRow",
    output_format_json_quote_64bit_integers: "0",
  });
  return text
    .split("\n")
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}

/** Findings whose SQL gives anything but one row with the numbers of `why`, under the same names. */
export async function wrongOf(url: string, findings: readonly Finding[]): Promise<readonly NotRecomputed[]> {
  const wrong: NotRecomputed[] = [];
  for (const { rule, sql: printed, why } of findings) {
    const gives = await rowsOf(url, printed).catch((error: unknown) => String(error));
    if (JSON.stringify(gives) !== JSON.stringify([why])) wrong.push({ rule, sql: printed, why, gives });
  }
  return wrong;
}
