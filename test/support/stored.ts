import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";
import { sql } from "./sql.ts";

/** The sample that the package carries, and the grants it is judged under. */
export const sample = join(repositoryRoot, "deploy/demo/agentdojo.sample.jsonl.gz");
export const sampleGrants = join(repositoryRoot, "deploy/demo/grants.yaml");

/** Spans of the sample: one a line. */
export const sampleSpans = gunzipSync(readFileSync(sample)).toString("utf8").trimEnd().split("\n").length;

/** Everything a run has concluded, in an order of its own. */
export interface Concluded {
  readonly actions: readonly string[];
  readonly findings: readonly string[];
  readonly alerts: readonly string[];
}

/**
 * Rows of a store, for comparing two runs. Left out is what says when and in which request a span came: `received_at`,
 * `offset` and `record_index` of an action, and the same place in the SQL of a finding. Two runs that were cut at
 * different places differ in those alone.
 */
export async function concluded(clickhouse: string, where = "1"): Promise<Concluded> {
  const rows = async (select: string): Promise<readonly string[]> => {
    const text = await sql(clickhouse, `${select} FORMAT JSONEachRow`, { database: "answerable" });
    return text === "" ? [] : text.split("\n");
  };
  return {
    actions: await rows(
      `SELECT * EXCEPT (received_at, offset, record_index) FROM actions FINAL WHERE ${where} ORDER BY tenant, action_id`,
    ),
    findings: await rows(
      `SELECT * REPLACE (replaceRegexpOne(sql, 'record_index\\) < \\(\\d+, \\d+\\)', 'record_index) < (?)') AS sql) FROM findings FINAL WHERE ${where} ORDER BY tenant, finding_id`,
    ),
    alerts: await rows("SELECT * FROM alerts FINAL ORDER BY tenant, alert_id"),
  };
}

/** Findings whose SQL, run as printed, gives other numbers than they say; empty when all can be recomputed. */
export async function notRecomputed(
  clickhouse: string,
  findings: readonly { readonly id: string; readonly sql: string; readonly why: object }[],
): Promise<readonly unknown[]> {
  const differing: unknown[] = [];
  for (const { id, sql: query, why } of findings) {
    const text = await sql(clickhouse, `${query} FORMAT JSONEachRow`, {
      output_format_json_quote_64bit_integers: "0",
    });
    const found = JSON.parse(text) as object;
    if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(why))) differing.push({ id, found, why });
  }
  return differing;
}

function sorted(values: object): object {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
