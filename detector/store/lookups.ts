import { sqlText } from "../detect/sql.ts";
import type { ActionKey, PartitionId } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { parts } from "./parts.ts";
import { instantUs } from "./rows.ts";

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
