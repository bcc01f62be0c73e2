import type { PartitionId } from "../stream/ports.ts";
import { chunks, ofPartition, type Range, type Trouble, trouble, troublesMax } from "./audit-trouble.ts";
import type { Database } from "./clickhouse.ts";

/** Tables that hold what chunks counted, with the column that counts it and what makes a row of it another one. */
const tables = {
  actions: { counted: "actions", key: "(tenant, identity_id, started_at, action_id)" },
  dead_letters: { counted: "dead_lettered", key: "tenant" },
} as const;

/** Rows of a chunk against what it counted; `places` are distinct (offset, ordinal of the span in its record). */
interface Found extends Range {
  readonly counted: number;
  readonly rows: number;
  readonly places: number;
  readonly least: number;
  readonly most: number;
}

/** Offsets named when rows are missing; a person looks at one. */
const offsetsMax = 10;

/**
 * Chunks that count something else than the table holds. Rows beyond `end`, the position, belong to a chunk under way;
 * what is left of a lost range was never counted.
 */
export async function wrongRows(
  database: Database,
  partition: PartitionId,
  {
    table,
    end,
    lost,
  }: { readonly table: keyof typeof tables; readonly end: number; readonly lost: readonly Range[] },
): Promise<readonly Trouble[]> {
  const params = {
    ...partition,
    end,
    lostFrom: lost.map((one) => one.from),
    lostNext: lost.map((one) => one.next),
  };
  const found = await database.query<Found>(
    `SELECT from_offset AS from, c.next_offset AS next, c.${tables[table].counted} AS counted,
       r.rows AS rows, r.places AS places, r.least AS least, r.most AS most
     FROM ${chunks} AS c FULL JOIN
       (SELECT if(p.offset < s.next_offset, s.from_offset, -1) AS from_offset, count() AS rows,
          groupBitmap(toUInt64(p.offset) * 65536 + toUInt64(p.record_index + 1)) AS places,
          min(p.offset) AS least, max(p.offset) AS most
        FROM (SELECT partition, offset, record_index FROM ${table} WHERE ${ofPartition} AND offset < {end:Int64}
          AND NOT arrayExists((f, n) -> offset >= f AND offset < n, {lostFrom:Array(Int64)}, {lostNext:Array(Int64)})) AS p
        ASOF LEFT JOIN ${chunks} AS s ON p.partition = s.partition AND p.offset >= s.from_offset
        GROUP BY from_offset) AS r USING (from_offset)
     WHERE counted != places OR rows != places ORDER BY from LIMIT ${String(troublesMax)}`,
    params,
  );
  const told: Trouble[] = [];
  for (const one of found) {
    if (one.from < 0) {
      told.push(
        trouble("uncovered", one.least, one.most + 1, `${String(one.rows)} rows of ${table} lie in no chunk`),
      );
      continue;
    }
    if (one.places !== one.counted) told.push(await difference(database, partition, table, one));
    if (one.rows !== one.places) told.push(...(await doubles(database, partition, table, one)));
  }
  return told;
}

async function difference(
  database: Database,
  partition: PartitionId,
  table: keyof typeof tables,
  { from, next, counted, places }: Found,
): Promise<Trouble> {
  const numbers = `${String(counted)} ${table} counted, ${String(places)} stored`;
  if (places > counted) return trouble("extra", from, next, numbers);
  const empty = await database.query<{ offset: number }>(
    `SELECT n.number AS offset FROM numbers(toUInt64({from:Int64}), toUInt64(least({next:Int64} - {from:Int64}, 100000))) AS n
     WHERE n.number NOT IN (SELECT toUInt64(offset) FROM ${table} WHERE ${ofPartition} AND offset >= {from:Int64} AND offset < {next:Int64})
     LIMIT ${String(offsetsMax)}`,
    { ...partition, from, next },
  );
  const offsets = empty.map((one) => String(one.offset)).join(", ");
  const named = table === "actions" && empty.length > 0 ? `; offsets without any: ${offsets}` : "";
  return trouble("missing", from, next, `${numbers}${named}`);
}

/** Places that a reader sees more than once. Equal keys are one row to a reader, however often they were written. */
async function doubles(
  database: Database,
  partition: PartitionId,
  table: keyof typeof tables,
  { from, next }: Range,
): Promise<readonly Trouble[]> {
  const rows = await database.query<{ offset: number; index: number; rows: number }>(
    `SELECT offset, record_index AS index, uniqExact(${tables[table].key}) AS rows FROM ${table}
     WHERE ${ofPartition} AND offset >= {from:Int64} AND offset < {next:Int64}
     GROUP BY offset, record_index HAVING rows > 1 ORDER BY offset, index LIMIT ${String(troublesMax)}`,
    { ...partition, from, next },
  );
  return rows.map(({ offset, index, rows: many }) =>
    trouble(
      "double",
      offset,
      offset + 1,
      `span ${String(index)} is stored ${String(many)} times in ${table}`,
    ),
  );
}
