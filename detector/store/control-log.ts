import { ControlRecord } from "../../schemas/index.ts";
import type { ControlEntry, ControlLog } from "../stream/control-feed.ts";
import type { Database } from "./clickhouse.ts";
import { instantUs } from "./rows.ts";

/** The control log as a table, for an installation without Kafka. Several writers may append. */
export function controlLogTable(
  database: Database,
  table: "control_log" | "standing_log" = "control_log",
): ControlLog {
  const listeners = new Set<() => void>();
  const read = async (from: number): Promise<readonly ControlEntry[]> => {
    const rows = await database.query<{ position: number; record: string }>(
      `SELECT position, record FROM ${table} WHERE position >= {from:Int64} ORDER BY position`,
      { from },
    );
    return rows.map((row) => ({
      position: row.position,
      record: ControlRecord.parse(JSON.parse(row.record)),
    }));
  };
  return {
    read,
    async append(records) {
      if (records.length > 0) await appendAll(database, table, records);
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Appends records next to each other, as one block: a reader sees all of them or none. The place where a block begins is its token:
 * of two writers that want the same, the second sees another's entries there and goes on behind them.
 */
async function appendAll(
  database: Database,
  table: string,
  records: readonly ControlRecord[],
): Promise<void> {
  const texts = records.map((record) => JSON.stringify(record));
  for (;;) {
    const [end] = await database.query<{ next: number }>(
      `SELECT ifNull(maxOrNull(position), -1) + 1 AS next FROM ${table}`,
    );
    const from = end?.next ?? 0;
    const rows = texts.map((record, nth) => ({ position: from + nth, record }));
    await database.insert(table, rows, `${table}:${String(from)}`);
    const found = await database.query<{ record: string }>(
      `SELECT record FROM ${table} WHERE position >= {from:Int64} AND position < {next:Int64} ORDER BY position`,
      { from, next: from + texts.length },
    );
    if (found.length === texts.length && found.every(({ record }, nth) => record === texts[nth])) return;
  }
}

/** Writes what the control log says of grants into the table that analysts read. Idempotent by (grant, position). */
export async function storeGrants(database: Database, entries: readonly ControlEntry[]): Promise<void> {
  const rows = entries.flatMap((entry) => grantRow(entry) ?? []);
  if (rows.length > 0) await database.insert("grants", rows);
}

function grantRow({ position, record }: ControlEntry): object | undefined {
  const common = { tenant: record.tenant, position, author: record.author, given_at: instantUs(record.atUs) };
  if (record.kind === "grant_revoked") return { ...common, grant_id: record.grantId, event: "revoked" };
  if (record.kind !== "grant_given") return undefined;
  const { grant } = record;
  return {
    ...common,
    grant_id: grant.id,
    event: "given",
    grantee: grant.grantee,
    approver: grant.approver,
    policy_id: grant.policy.id,
    policy_version: grant.policy.version,
    operations: grant.operations,
    resources: grant.resources,
    window_from: edgeOf(grant.window.from),
    window_until: edgeOf(grant.window.until),
    approval_id: grant.approval ?? "",
  };
}

function edgeOf(edge: string | undefined): string | null {
  return edge === undefined ? null : instantUs(Date.parse(edge) * 1000);
}
