import type { Finding, Recount } from "../../../schemas/index.ts";
import { type Database, StoreError } from "../clickhouse.ts";
import { bounded } from "./bounded.ts";

type Told = Finding["why"][string];

/** Runs the SQL of a finding as it stands there, and holds what it gives against the numbers of `why`. */
export async function readRecount(database: Database, finding: Finding, cited: number): Promise<Recount> {
  const { why, sql } = finding;
  const told = Object.keys(why);
  const result = await run(database, sql);
  if ("problem" in result)
    return { isEqual: false, numbers: compared(why, {}, told), problem: result.problem, reasons: [] };
  const [row = {}, further] = result.rows;
  const numbers = compared(why, row, [...new Set([...told, ...Object.keys(row)])]);
  const isEqual = further === undefined && numbers.every((one) => one.isEqual);
  return { isEqual, numbers, problem: "", reasons: isEqual ? [] : await reasonsOf(database, finding, cited) };
}

/** As a subquery, which can be nothing but a SELECT, whatever stands there. */
async function run(
  database: Database,
  sql: string,
): Promise<{ readonly rows: readonly Record<string, Told>[] } | { readonly problem: string }> {
  try {
    return { rows: await database.query(bounded(`SELECT * FROM (${sql}\n) LIMIT 2`)) };
  } catch (error) {
    // What the server refuses is worth telling; what can't be reached is everybody's trouble.
    if (error instanceof StoreError && error.message.startsWith("ClickHouse refused"))
      return { problem: error.message };
    throw error;
  }
}

function compared(
  why: Finding["why"],
  row: Readonly<Record<string, Told>>,
  names: readonly string[],
): Recount["numbers"] {
  return names.map((name) => {
    const [told = null, now = null] = [why[name], row[name]];
    return { name, told, now, isEqual: told === now };
  });
}

/** Why numbers may differ from those told: what they rest on was deleted, or came later. */
async function reasonsOf(
  database: Database,
  { tenant, identityId, actionIds, rule }: Finding,
  cited: number,
): Promise<readonly string[]> {
  const [sums] = await database.query<{ stored: number; learned: number }>(
    bounded(
      `SELECT (SELECT count() FROM v_actions WHERE tenant = {tenant:String} AND identity_id = {identityId:String} AND learned) AS stored,
         (SELECT max(actions) FROM v_baselines WHERE tenant = {tenant:String} AND identity_id = {identityId:String}) AS learned`,
    ),
    { tenant, identityId },
  );
  const { stored = 0, learned = 0 } = sums ?? {};
  const reasons: string[] = [];
  if (cited < actionIds.length)
    reasons.push(
      `${String(cited)} of the ${String(actionIds.length)} actions that it cites are stored: the others were deleted, as retention does`,
    );
  if (stored < learned)
    reasons.push(
      `${String(stored)} of the ${String(learned)} actions that the identity was learned from are stored: the others were deleted, as retention does`,
    );
  if (rule.startsWith("telemetry-"))
    reasons.push("spans that arrived since count now: they were late, not lost");
  if (reasons.length === 0)
    reasons.push("rows that it counts were changed, or arrived, since the finding was made");
  return reasons;
}
