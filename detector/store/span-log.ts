import type { LogRecord, OutgoingRecord, PartitionId } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { instantMs } from "./rows.ts";

/** Records read back at once when catching up. */
const pageRecords = 500;

/** The span log of an installation without Kafka: one partition, one writer, kept seven days. */
export interface SpanLogTable {
  /** Appends at the end and gives the records back with their offsets, once they are durable. */
  append(records: readonly OutgoingRecord[], atMs: number): Promise<readonly LogRecord[]>;
  /** Records from `offset` on, in pages, up to where the log ends now. */
  read(offset: number): AsyncIterable<readonly LogRecord[]>;
}

/** Opens the log behind its last record. Only one process may append: the data folder's lock sees to that. */
export async function openSpanLog(database: Database, partition: PartitionId): Promise<SpanLogTable> {
  let next = await endOf(database, partition);
  return {
    async append(records, atMs) {
      const placed = records.map((record, at) => ({ ...record, offset: next + at, timestampMs: atMs }));
      const token = `log:${partition.topic}:${String(partition.partition)}:${String(next)}`;
      await database.insert(
        "span_log",
        placed.map((record) => rowOf(partition, record)),
        token,
      );
      next += placed.length;
      return placed;
    },
    async *read(offset) {
      for (let from = offset; ;) {
        const page = await readPage(database, partition, from);
        if (page.length === 0) return;
        yield page;
        from = (page.at(-1)?.offset ?? from) + 1;
      }
    },
  };
}

/** A log that was emptied by its retention goes on where the detector stands, or offsets would be given twice. */
async function endOf(database: Database, partition: PartitionId): Promise<number> {
  const [row] = await database.query<{ next: number }>(
    `SELECT greatest(
       (SELECT ifNull(maxOrNull(offset), -1) + 1 FROM span_log WHERE topic = {topic:String} AND partition = {partition:Int32}),
       (SELECT max(JSONExtractInt(checkpoints.payload, 'progress', 'next')) FROM checkpoints WHERE topic = {topic:String} AND partition = {partition:Int32} AND kind = 'position')
     ) AS next`,
    { ...partition },
  );
  return row?.next ?? 0;
}

async function readPage(
  database: Database,
  partition: PartitionId,
  from: number,
): Promise<readonly LogRecord[]> {
  const rows = await database.query<{
    offset: number;
    key: string;
    headers: string;
    value: string;
    at: number;
  }>(
    `SELECT offset, key, headers, value_base64 AS value, toUnixTimestamp64Milli(appended_at) AS at FROM span_log
     WHERE topic = {topic:String} AND partition = {partition:Int32} AND offset >= {from:Int64}
     ORDER BY offset LIMIT ${String(pageRecords)}`,
    { ...partition, from },
  );
  return rows.map((row) => ({
    offset: row.offset,
    key: row.key,
    value: Buffer.from(row.value, "base64"),
    headers: headersOf(row.headers),
    timestampMs: row.at,
  }));
}

function headersOf(text: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = JSON.parse(text);
  return headers;
}

function rowOf(partition: PartitionId, record: LogRecord): object {
  return {
    ...partition,
    offset: record.offset,
    key: record.key,
    headers: JSON.stringify(record.headers),
    value_base64: Buffer.from(record.value).toString("base64"),
    appended_at: instantMs(record.timestampMs),
  };
}
