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
      if (records.length > 0) await appendAll(database, table, records);
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
