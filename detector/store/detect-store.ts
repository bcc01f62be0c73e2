import type {
  Checkpoint,
  ChunkPlan,
  ChunkRows,
  DetectStore,
  Ownership,
  PartitionId,
  Planned,
} from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { claim } from "./claims.ts";
import { actionRow, alertRow, findingRow } from "./rows.ts";

/**
 * The detector's store on ClickHouse. Every insert carries a token made of the chunk, so that the server drops what a
 * retry or a worker without its partition sends again; every table replaces by computed keys besides.
 *
 * @param owner names this process among those that claim partitions; two that run at once must differ.
 */
export function detectStore(database: Database, owner: string): DetectStore {
  return {
    claim: (partition) => takeOver(database, partition, owner),
    plan: (partition, generation, proposal) => plan(database, partition, generation, proposal),
    write: (partition, chunk, rows) => write(database, partition, chunk, rows),
    save: (partition, checkpoint) => save(database, partition, checkpoint),
  };
}

const subjectOf = ({ topic, partition }: PartitionId): string => `${topic}:${String(partition)}`;

async function takeOver(database: Database, partition: PartitionId, owner: string): Promise<Ownership> {
  const generation = await claim(database, subjectOf(partition), owner);
  const rows = await database.query<{ kind: string; key: string; version: number; payload: string }>(
    `SELECT kind, key, max(version) AS version, argMax(checkpoints.payload, checkpoints.version) AS payload
     FROM checkpoints WHERE topic = {topic:String} AND partition = {partition:Int32} AND kind IN ('position', 'state')
     GROUP BY kind, key`,
    { ...partition },
  );
  return {
    generation,
    position: rows.find((row) => row.kind === "position")?.version,
    states: new Map(rows.filter((row) => row.kind === "state").map((row) => [row.key, row.payload])),
  };
}

/**
 * First writer wins: all plans that start at one offset carry one token, so the server keeps the first and drops the
 * rest. Reading back gives everyone the same cut, and shows whoever fell behind that somebody else has moved on.
 */
async function plan(
  database: Database,
  partition: PartitionId,
  generation: number,
  proposal: ChunkPlan,
): Promise<Planned> {
  const { from, next, control } = proposal;
  await database.insert(
    "chunk_plans",
    [{ ...partition, from_offset: from, next_offset: next, control_position: control, generation }],
    `plan:${subjectOf(partition)}:${String(from)}`,
  );
  const [found] = await database.query<{ next: number; control: number; position: number; newest: number }>(
    `SELECT next_offset AS next, control_position AS control,
       (SELECT max(version) FROM checkpoints WHERE topic = {topic:String} AND partition = {partition:Int32} AND kind = 'position') AS position,
       (SELECT max(claims.generation) FROM claims WHERE subject = {subject:String}) AS newest
     FROM chunk_plans WHERE topic = {topic:String} AND partition = {partition:Int32} AND from_offset = {from:Int64} LIMIT 1`,
    { ...partition, from, subject: subjectOf(partition) },
  );
  if (found === undefined || found.newest !== generation || found.position > from) return { kind: "fenced" };
  return { kind: "planned", plan: { from, next: found.next, control: found.control } };
}

async function write(
  database: Database,
  partition: PartitionId,
  chunk: ChunkPlan,
  rows: ChunkRows,
): Promise<void> {
  const token = (table: string): string => `${table}:${tokenOf(partition, chunk)}`;
  await database.insert("actions", rows.actions.map(actionRow), token("actions"));
  await database.insert("findings", rows.findings.map(findingRow), token("findings"));
  await database.insert("alerts", rows.alerts.map(alertRow), token("alerts"));
}

async function save(database: Database, partition: PartitionId, checkpoint: Checkpoint): Promise<void> {
  const { plan: chunk, generation, counts, states } = checkpoint;
  const common = { ...partition, version: chunk.next, generation };
  const payload = JSON.stringify(counts);
  await database.insert(
    "checkpoints",
    [
      { ...common, kind: "position", key: "", payload },
      { ...common, kind: "chunk", key: String(chunk.from), payload },
      ...[...states].map(([key, state]) => ({ ...common, kind: "state", key, payload: state })),
    ],
    `checkpoint:${tokenOf(partition, chunk)}`,
  );
}

const tokenOf = (partition: PartitionId, chunk: ChunkPlan): string =>
  `${subjectOf(partition)}:${String(chunk.from)}-${String(chunk.next - 1)}`;
