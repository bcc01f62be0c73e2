import { ControlRecord } from "../../schemas/index.ts";
import { standingRecord } from "../respond/respond.ts";
import type { ControlEntry, ControlLog } from "../stream/control-feed.ts";
import type { Standings } from "../stream/ports.ts";
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
      const [end] = await database.query<{ next: number }>(
        `SELECT ifNull(maxOrNull(position), -1) + 1 AS next FROM ${table}`,
      );
      let position = end?.next ?? 0;
      for (const record of records) position = await appendOne(database, table, record, position);
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The log of standings as a table: those who listen to it hear of each answer. */
export function standingTable(log: ControlLog, nowMs: () => number): Standings {
  return {
    async set(responses) {
      const records = responses.flatMap((response) => standingRecord(response) ?? []);
      if (records.length > 0) await log.append(records);
      return nowMs();
    },
  };
}

/** Each position has one token: of two writers that want the same, the second sees another's entry there and goes on. */
async function appendOne(
  database: Database,
  table: string,
  record: ControlRecord,
  from: number,
): Promise<number> {
  const text = JSON.stringify(record);
  for (let position = from; ; position += 1) {
    await database.insert(table, [{ position, record: text }], `${table}:${String(position)}`);
    const [row] = await database.query<{ record: string }>(
      `SELECT record FROM ${table} WHERE position = {position:Int64} LIMIT 1`,
      { position },
    );
    if (row?.record === text) return position + 1;
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
