import type { PartitionId } from "../stream/ports.ts";
import { wrongRows } from "./audit-rows.ts";
import { chunks, ofPartition, type Range, type Trouble, trouble, troublesMax } from "./audit-trouble.ts";
import type { Database } from "./clickhouse.ts";

/** What the store holds of one partition, and whether it adds up. */
export interface PartitionAudit extends PartitionId {
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly chunks: number;
  readonly spans: number;
  readonly actions: number;
  readonly noAction: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Actions that were read, and are held back for what may still come before them. */
  readonly held: number;
  /** Dead letters that lie in a topic, where this store can't look. */
  readonly lettersElsewhere: number;
  readonly troubles: readonly Trouble[];
}

/** Partitions that something was stored of, in order; of one topic alone when it is given. */
export function auditedPartitions(database: Database, topic = ""): Promise<readonly PartitionId[]> {
  return database.query<PartitionId>(
    `SELECT topic, partition FROM
       (SELECT topic, partition FROM checkpoints WHERE kind = 'position' UNION DISTINCT SELECT topic, partition FROM losses)
     WHERE {topic:String} IN ('', topic) ORDER BY topic, partition`,
    { topic },
  );
}

/**
 * Proves from the store alone that each offset of a partition since its first is in exactly one chunk, and that each
 * chunk's counts are what the tables hold. Reads each action's place once, and ClickHouse keeps 2 to 8 bytes an action of
 * this partition in memory meanwhile.
 */
export async function auditPartition(database: Database, partition: PartitionId): Promise<PartitionAudit> {
  const { nextOrdinal, ...sums } = await sumsOf(database, partition);
  const lost = await lossesOf(database, partition);
  const letters = await lettersKept(database, partition);
  const troubles = [
    ...lost.map(({ from, next }) =>
      trouble("lost", from, next, `${String(next - from)} offsets lost before they were read`),
    ),
    ...(await misplaced(database, partition)),
    ...(await wrongSums(database, partition)),
    ...(await wrongRows(database, partition, { table: "actions", end: nextOrdinal, lost })),
    ...(letters > 0
      ? await wrongRows(database, partition, { table: "dead_letters", end: sums.nextOffset, lost })
      : []),
    ...(await wrongPosition(database, partition, sums.nextOffset)),
  ];
  return { ...partition, ...sums, lettersElsewhere: letters > 0 ? 0 : sums.deadLettered, troubles };
}

interface Sums extends Omit<PartitionAudit, keyof PartitionId | "lettersElsewhere" | "troubles"> {
  /** Ordinal of the next action. */
  readonly nextOrdinal: number;
}

async function sumsOf(database: Database, partition: PartitionId): Promise<Sums> {
  const [row] = await database.query<Sums>(
    `SELECT min(c.from_offset) AS firstOffset, max(c.next_offset) AS nextOffset, count() AS chunks, sum(c.spans) AS spans,
       sum(c.actions) AS actions, sum(c.no_action) AS noAction, sum(c.duplicates) AS duplicates, sum(c.dead_lettered) AS deadLettered,
       argMax(c.held, c.chunk) AS held, max(c.next_ordinal) AS nextOrdinal
     FROM ${chunks} AS c`,
    { ...partition },
  );
  return (
    row ?? {
      firstOffset: 0,
      nextOffset: 0,
      chunks: 0,
      spans: 0,
      actions: 0,
      noAction: 0,
      duplicates: 0,
      deadLettered: 0,
      held: 0,
      nextOrdinal: 0,
    }
  );
}

function lossesOf(database: Database, partition: PartitionId): Promise<readonly Range[]> {
  return database.query<Range>(
    `SELECT from_offset AS from, next_offset AS next FROM losses FINAL WHERE ${ofPartition} ORDER BY from_offset`,
    { ...partition },
  );
}

async function lettersKept(database: Database, partition: PartitionId): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `SELECT count() AS n FROM dead_letters WHERE ${ofPartition}`,
    {
      ...partition,
    },
  );
  return row?.n ?? 0;
}

/** Offsets that no chunk holds, or more than one. */
async function misplaced(database: Database, partition: PartitionId): Promise<readonly Trouble[]> {
  const rows = await database.query<Range & { before: number }>(
    `SELECT before, from, next FROM
       (SELECT from_offset AS from, next_offset AS next,
          max(next_offset) OVER (ORDER BY from_offset, next_offset, chunk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
          row_number() OVER (ORDER BY from_offset, next_offset, chunk) AS n FROM ${chunks} AS c)
     WHERE n > 1 AND before != from ORDER BY from LIMIT ${String(troublesMax)}`,
    { ...partition },
  );
  return rows.map(({ before, from, next }) =>
    from > before
      ? trouble("gap", before, from, `no chunk holds these ${String(from - before)} offsets`)
      : trouble(
          "overlap",
          from,
          Math.min(before, next),
          `more than one chunk holds these ${String(Math.min(before, next) - from)} offsets`,
        ),
  );
}

/** Chunks of which what came in, or was left to them, is not what was counted or left to the next. */
async function wrongSums(database: Database, partition: PartitionId): Promise<readonly Trouble[]> {
  const rows = await database.query<
    Range & { given: number; ended: number; carried: number; before: number }
  >(
    `SELECT from_offset AS from, next_offset AS next, carried, held_before AS before, spans + carried AS given,
       actions + no_action + duplicates + dead_lettered + held AS ended
     FROM ${chunks} AS c WHERE given != ended OR carried != held_before ORDER BY chunk LIMIT ${String(troublesMax)}`,
    { ...partition },
  );
  return rows.map(({ from, next, given, ended, carried, before }) =>
    trouble(
      "sum",
      from,
      next,
      given === ended
        ? `${String(before)} actions were held back for it, it took over ${String(carried)}`
        : `${String(given)} spans came in, ${String(ended)} are accounted for`,
    ),
  );
}

async function wrongPosition(
  database: Database,
  partition: PartitionId,
  next: number,
): Promise<readonly Trouble[]> {
  const [row] = await database.query<{ position: number }>(
    `SELECT argMax(JSONExtractInt(checkpoints.payload, 'progress', 'next'), version) AS position FROM checkpoints WHERE ${ofPartition} AND kind = 'position'`,
    { ...partition },
  );
  const position = row?.position ?? 0;
  if (position === next) return [];
  const [from, to] = [Math.min(position, next), Math.max(position, next)];
  return [
    trouble("position", from, to, `the position is ${String(position)}, the chunks end at ${String(next)}`),
  ];
}
