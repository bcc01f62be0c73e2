import type { PartitionId } from "../stream/ports.ts";
import { chunks, ofPartition, type Range, type Trouble, trouble, troublesMax } from "./audit-trouble.ts";
import type { Database } from "./clickhouse.ts";

/**
 * Tables that hold what chunks counted: the column that counts it, what leads from a row to its chunk, and what makes a
 * row another one. An action may be judged in a later chunk than the one that read it; its ordinal says in which.
 */
const tables = {
  actions: {
    counted: "actions",
    by: "ordinal",
    first: "first_ordinal",
    next: "next_ordinal",
    key: "(tenant, identity_id, started_at, action_id)",
  },
  dead_letters: {
    counted: "dead_lettered",
    by: "offset",
    first: "from_offset",
    next: "next_offset",
    key: "tenant",
  },
} as const;
type Table = keyof typeof tables;

/** Rows of a chunk against what it counted; `places` are distinct (offset, ordinal of the span in its record). */
interface Found extends Range {
  /** Ordinal of the chunk; -1 for rows of none. */
  readonly chunk: number;
  /** Where the chunk's rows begin and end, in the measure that leads to it. */
  readonly first: number;
  readonly end: number;
  readonly counted: number;
  readonly rows: number;
  readonly places: number;
  readonly least: number;
  readonly most: number;
}

/** Ordinals named when rows are missing; a person looks at one. */
const ordinalsMax = 10;

/**
 * Chunks that count something else than the table holds. Rows beyond `end` belong to a chunk under way;
 * what is left of a lost range was never counted.
 */
export async function wrongRows(
  database: Database,
  partition: PartitionId,
  { table, end, lost }: { readonly table: Table; readonly end: number; readonly lost: readonly Range[] },
): Promise<readonly Trouble[]> {
  const params = {
    ...partition,
    end,
    lostFrom: lost.map((one) => one.from),
    lostNext: lost.map((one) => one.next),
  };
  const { counted, by, first, next } = tables[table];
  const found = await database.query<Found>(
    `SELECT chunk, c.from_offset AS from, c.next_offset AS next, c.${first} AS first, c.${next} AS end,
       c.${counted} AS counted, r.rows AS rows, r.places AS places, r.least AS least, r.most AS most
     FROM (SELECT * FROM ${chunks} AS c WHERE c.${next} > c.${first}) AS c FULL JOIN
       (SELECT if(p.place < s.${next}, s.chunk, -1) AS chunk, count() AS rows,
          groupBitmap(toUInt64(p.offset) * 65536 + toUInt64(p.record_index + 1)) AS places,
          min(p.offset) AS least, max(p.offset) AS most
        FROM (SELECT partition, offset, record_index, toInt64(${by}) AS place FROM ${table} WHERE ${ofPartition} AND ${by} < {end:Int64}
          AND NOT arrayExists((f, n) -> offset >= f AND offset < n, {lostFrom:Array(Int64)}, {lostNext:Array(Int64)})) AS p
        ASOF LEFT JOIN (SELECT * FROM ${chunks} AS c WHERE c.${next} > c.${first}) AS s
          ON p.partition = s.partition AND p.place >= s.${first}
        GROUP BY chunk) AS r USING (chunk)
     WHERE counted != places OR rows != places ORDER BY chunk LIMIT ${String(troublesMax)}`,
    params,
  );
  const told: Trouble[] = [];
  for (const one of found) {
    if (one.chunk < 0) {
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
  table: Table,
  { from, next, first, end, counted, places }: Found,
): Promise<Trouble> {
  const numbers = `${String(counted)} ${table} counted, ${String(places)} stored`;
  if (places > counted) return trouble("extra", from, next, numbers);
  if (table !== "actions") return trouble("missing", from, next, numbers);
  const without = await database.query<{ ordinal: number }>(
    `SELECT n.number AS ordinal FROM numbers(toUInt64({first:Int64}), toUInt64({end:Int64} - {first:Int64})) AS n
     WHERE n.number NOT IN (SELECT toUInt64(ordinal) FROM actions WHERE ${ofPartition} AND ordinal >= {first:Int64} AND ordinal < {end:Int64})
     LIMIT ${String(ordinalsMax)}`,
    { ...partition, first, end },
  );
  const ordinals = without.map((one) => String(one.ordinal)).join(", ");
  return trouble("missing", from, next, `${numbers}; ordinals without a row: ${ordinals}`);
}

/** Places that a reader sees more than once. Equal keys are one row to a reader, however often they were written. */
async function doubles(
  database: Database,
  partition: PartitionId,
  table: Table,
  { first, end }: Found,
): Promise<readonly Trouble[]> {
  const { by, key } = tables[table];
  const rows = await database.query<{ offset: number; index: number; rows: number }>(
    `SELECT offset, record_index AS index, uniqExact(${key}) AS rows FROM ${table}
     WHERE ${ofPartition} AND ${by} >= {first:Int64} AND ${by} < {end:Int64}
     GROUP BY offset, record_index HAVING rows > 1 ORDER BY offset, index LIMIT ${String(troublesMax)}`,
    { ...partition, first, end },
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
