import { ControlRecord } from "../../schemas/index.ts";
import { standingRecord } from "../respond/respond.ts";
import type { ControlEntry, ControlLog } from "../stream/control-feed.ts";
import type { Standings } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";

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
    return rows.flatMap(({ position, record }) => {
      const entry = recordOf(record);
      return entry === undefined ? [] : [{ position, record: entry }];
    });
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

/** Undefined for what is no entry: it is passed over, as in the topic, and what comes after it counts. */
function recordOf(text: string): ControlRecord | undefined {
  try {
    return ControlRecord.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
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
