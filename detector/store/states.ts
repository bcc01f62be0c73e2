import { ByteReader } from "../bytes.ts";
import { sqlText } from "../detect/sql.ts";
import type { LoadedState, PartitionId, Progress, TakeState } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { parts } from "./parts.ts";

/** Where a partition stood, and whether all of its states were read. */
interface Stood {
  readonly progress: Progress | undefined;
  readonly isComplete: boolean;
}

const rowsOfPartition =
  "FROM checkpoints FINAL WHERE topic = {topic:String} AND partition = {partition:Int32}";
const columns = "key, checkpoints.payload AS payload, checkpoints.actions AS actions, version";

/**
 * Reads position and states of a partition, in one statement: the server reads them from one set of parts, so that both
 * are of one moment, whatever is saved meanwhile. Of more states than `statesMax` those with most actions, and these last.
 */
export async function readStates(
  database: Database,
  partition: PartitionId,
  statesMax: number,
  take: TakeState,
): Promise<Stood> {
  const [known] = await database.query<{ all: number; states: number }>(
    `SELECT count() AS all, countIf(kind = 'state') AS states ${rowsOfPartition} AND kind IN ('position', 'state')`,
    { ...partition },
  );
  if (known === undefined || known.all === 0) return { progress: undefined, isComplete: true };
  const skipped = Math.max(0, known.states - statesMax);
  let progress: Progress | undefined;
  await readRows(
    database,
    `SELECT ${columns} ${rowsOfPartition} AND kind IN ('position', 'state')
     ORDER BY kind = 'position', actions OFFSET {skipped:UInt64}`,
    { ...partition, skipped },
    (key, state) => {
      if (key === positionKey) progress = progressOf(partition, state.packed);
      else take(key, state);
    },
  );
  // It comes last, so that an answer that was cut off is noticed.
  if (progress === undefined) throw new Error("the store's answer ends before the position");
  return { progress, isComplete: skipped === 0 };
}

/** No identity has it. */
const positionKey = "";

/** What is held back can't be guessed: judged a second time or never, it would spoil all that comes after. */
function progressOf({ topic, partition }: PartitionId, payload: Buffer): Progress {
  const { progress }: { progress: Omit<Progress, "heldRows"> & { heldRows?: string } } = JSON.parse(
    payload.toString("utf8"),
  );
  const { heldRows = "", heldFrom, next } = progress;
  if (heldRows !== "" || heldFrom === next) return { ...progress, heldRows };
  throw new Error(
    `the stored position of ${topic}:${String(partition)} doesn't name the actions that are held back: an older version wrote it; let that one run until the partition is quiet, then start this one`,
  );
}

/** The states of those identities that the store knows. */
export async function statesOf(
  database: Database,
  partition: PartitionId,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LoadedState>> {
  const all = new Map<string, LoadedState>();
  for (const some of parts(keys)) {
    const asked = some.map(sqlText).join(", ");
    await readRows(
      database,
      `SELECT ${columns} ${rowsOfPartition} AND kind = 'state' AND key IN (${asked})`,
      { ...partition },
      (key, state) => all.set(key, state),
    );
  }
  return all;
}

async function readRows(
  database: Database,
  sql: string,
  params: Readonly<Record<string, unknown>>,
  take: TakeState,
): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const part of database.queryBinary(sql, params)) {
    rest = Buffer.concat([rest, part]);
    const reader = new ByteReader(rest);
    let end = 0;
    while (takeRow(reader, take)) end = reader.at;
    rest = rest.subarray(end);
  }
  if (rest.length > 0) throw new Error("the store's answer ends within a row");
}

/** Takes the next row; false when the bytes end before it does. */
function takeRow(reader: ByteReader, take: TakeState): boolean {
  let key: string;
  let state: LoadedState;
  try {
    key = reader.text();
    state = { packed: reader.raw(reader.varint()), actions: reader.uint64(), chunk: reader.uint64() };
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
  take(key, state);
  return true;
}
