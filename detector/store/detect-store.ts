import { ByteWriter } from "../bytes.ts";
import type { Checkpoint, ChunkPlan, ChunkRows, DetectStore, PartitionId, Planned } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { claim } from "./claims.ts";
import { actionBlock } from "./native/action-block.ts";
import { checkpointBlock } from "./native/checkpoint-block.ts";
import { sequenceBlock } from "./native/sequence-block.ts";
import { alertRow, findingRow, responseRow } from "./rows.ts";
import { stored } from "./lookups.ts";
import { readStates, statesOf } from "./states.ts";

/**
 * The detector's store on ClickHouse. Every insert carries a token made of the chunk, so that the server drops what a
 * retry or a worker without its partition sends again; every table replaces by computed keys besides.
 *
 * @param owner names this process among those that claim partitions; two that run at once must differ.
 */
export function detectStore(database: Database, owner: string): DetectStore {
  const rooms: ByteWriter[] = [];
  return {
    claim: async (partition, statesMax, take) => {
      const generation = await claim(database, subjectOf(partition), owner);
      return { generation, ...(await readStates(database, partition, statesMax, take)) };
    },
    states: (partition, keys) => statesOf(database, partition, keys),
    stored: (partition, actions) => stored(database, partition, actions),
    plan: (partition, generation, proposal) => plan(database, partition, generation, proposal),
    write: (partition, chunk, rows) => write(database, partition, chunk, rows, rooms),
    save: (partition, checkpoint) => save(database, partition, checkpoint),
  };
}

const subjectOf = ({ topic, partition }: PartitionId): string => `${topic}:${String(partition)}`;

/**
 * First writer wins: all plans of one chunk carry one token, so the server keeps the first and drops the rest. Reading
 * back gives everyone the same cut, and shows whoever fell behind that somebody else has moved on.
 */
async function plan(
  database: Database,
  partition: PartitionId,
  generation: number,
  proposal: ChunkPlan,
): Promise<Planned> {
  const { chunk, from, next, control, flush } = proposal;
  await database.insert(
    "chunk_plans",
    [
      {
        ...partition,
        chunk,
        from_offset: from,
        next_offset: next,
        control_position: control,
        flush,
        generation,
      },
    ],
    `plan:${subjectOf(partition)}:${String(chunk)}`,
  );
  const [found] = await database.query<FoundPlan>(
    `SELECT from_offset AS from, next_offset AS next, control_position AS control, flush,
       (SELECT max(version) FROM checkpoints WHERE topic = {topic:String} AND partition = {partition:Int32} AND kind = 'chunk' AND version >= {chunk:Int64}) AS saved,
       (SELECT max(claims.generation) FROM claims WHERE subject = {subject:String}) AS newest
     FROM chunk_plans WHERE topic = {topic:String} AND partition = {partition:Int32} AND chunk = {chunk:Int64} LIMIT 1`,
    { ...partition, chunk, subject: subjectOf(partition) },
  );
  const isOurs =
    found !== undefined && found.newest === generation && (found.saved ?? 0) < Math.max(chunk, 1);
  if (!isOurs) return { kind: "fenced" };
  return {
    kind: "planned",
    plan: { chunk, from: found.from, next: found.next, control: found.control, flush: found.flush },
  };
}

interface FoundPlan {
  readonly from: number;
  readonly next: number;
  readonly control: number;
  readonly flush: boolean;
  /** Ordinal of the last chunk that was saved, 0 without one. */
  readonly saved: number | null;
  readonly newest: number;
}

/** Room of a block that is kept for the next: buffers that come and go are what the garbage collector is busiest with. */
const roomBytesMax = 2 ** 25;

/** Side by side, as a finding should not wait for rows that nobody waits for. */
async function write(
  database: Database,
  partition: PartitionId,
  chunk: ChunkPlan,
  { actions, findings, alerts, responses }: ChunkRows,
  rooms: ByteWriter[],
): Promise<void> {
  const token = (table: string): string => `${table}:${tokenOf(partition, chunk)}`;
  const { columns, judgements, places } = actions;
  const room = rooms.pop() ?? new ByteWriter();
  const block = actionBlock(columns, judgements, places, room);
  const numbers = sequenceBlock(columns, places, chunk.from);
  const insert = async (table: string, rows: Buffer | undefined): Promise<void> => {
    if (rows !== undefined) await database.insertBlock(table, rows, token(table));
  };
  await all([
    database.insert("findings", findings.map(findingRow), token("findings")),
    database.insert("responses", responses.map(responseRow), token("responses")),
    insert("actions", block),
    insert("process_sequences", numbers),
  ]);
  // Only of a block that has arrived nothing is on its way any more.
  if (room.bytes.length <= roomBytesMax) rooms.push(room);
  // Last: whoever is called looks for what it is about.
  await database.insert("alerts", alerts.map(alertRow), token("alerts"));
}

/** Waits for all, also when one fails: what is sent again must not meet what is still on its way. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const done of await Promise.allSettled(work)) if (done.status === "rejected") throw done.reason;
}

async function save(database: Database, partition: PartitionId, checkpoint: Checkpoint): Promise<void> {
  const token = `checkpoint:${tokenOf(partition, checkpoint.plan)}`;
  await database.insertBlock("checkpoints", checkpointBlock(partition, checkpoint), token);
}

const tokenOf = (partition: PartitionId, { chunk, from, next }: ChunkPlan): string =>
  `${subjectOf(partition)}:${String(chunk)}:${String(from)}-${String(next - 1)}`;
