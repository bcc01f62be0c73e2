import { ByteReader } from "../bytes.ts";
import { sqlText } from "../detect/sql.ts";
import type { ActionKey, LoadedState, PartitionId } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { instantUs } from "./rows.ts";

/** Things asked for in one query; its text stays well below what the server takes. */
const askedMax = 1000;

/** States of a partition's identities, those chosen by the end of the query. */
export async function loadStates(
  database: Database,
  partition: PartitionId,
  chosen: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Map<string, LoadedState>> {
  const bytes = await database.queryBinary(
    `SELECT key, checkpoints.payload AS payload, checkpoints.actions AS actions, version FROM checkpoints FINAL
     WHERE topic = {topic:String} AND partition = {partition:Int32} AND kind = 'state' ${chosen}`,
    { ...partition, ...params },
  );
  const states = new Map<string, LoadedState>();
  for (const reader = new ByteReader(bytes); !reader.isAtEnd;) {
    const key = reader.text();
    const packed = reader.raw(reader.varint()).toString("latin1");
    states.set(key, { packed, actions: reader.uint64(), chunk: reader.uint64() });
  }
  return states;
}

/** The states of those identities that the store knows. */
export async function statesOf(
  database: Database,
  partition: PartitionId,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LoadedState>> {
  const all = new Map<string, LoadedState>();
  for (const some of parts(keys)) {
    const found = await loadStates(database, partition, `AND key IN (${some.map(sqlText).join(", ")})`);
    for (const [key, state] of found) all.set(key, state);
  }
  return all;
}

/** Which actions, by their ordinals, are stored from another place of the log than their own. */
export async function stored(
  database: Database,
  { topic, partition }: PartitionId,
  actions: readonly ActionKey[],
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  let from = 0;
  for (const some of parts(actions)) {
    const keys = some.map(
      ({ tenant, identityId, startedAtUs, id }) =>
        `(${sqlText(tenant)}, ${sqlText(identityId)}, toDateTime64(${sqlText(instantUs(startedAtUs))}, 6, 'UTC'), ${sqlText(id)})`,
    );
    const rows = await database.query<StoredRow>(
      `SELECT tenant, identity_id AS identity, toString(started_at) AS at, action_id AS id, offset, record_index AS index FROM actions
       WHERE (tenant, identity_id, started_at, action_id) IN (${keys.join(", ")})
         AND topic = {topic:String} AND partition = {partition:Int32}`,
      { topic, partition },
    );
    const known = new Map(rows.map((row) => [nameOf(row.tenant, row.identity, row.at, row.id), row]));
    for (const [nth, { tenant, identityId, startedAtUs, id, offset, index }] of some.entries()) {
      const row = known.get(nameOf(tenant, identityId, instantUs(startedAtUs), id));
      // From its own place it was stored by an attempt at this very chunk.
      if (row !== undefined && (row.offset !== offset || row.index !== index)) found.add(from + nth);
    }
    from += some.length;
  }
  return found;
}

interface StoredRow {
  readonly tenant: string;
  readonly identity: string;
  readonly at: string;
  readonly id: string;
  readonly offset: number;
  readonly index: number;
}

const nameOf = (...key: readonly string[]): string => JSON.stringify(key);

function* parts<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += askedMax) yield all.slice(from, from + askedMax);
}
