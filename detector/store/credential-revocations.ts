import type { ControlEntry } from "../stream/control-feed.ts";
import type { Database } from "./clickhouse.ts";
import { instantUs } from "./rows.ts";

/** Writes which credentials the control log takes back into the table that analysts read. Idempotent. */
export async function storeRevocations(database: Database, entries: readonly ControlEntry[]): Promise<void> {
  const rows = entries.flatMap(({ record }) => {
    if (record.kind !== "credential_revoked") return [];
    const { tenant, credentialId, atUs, author, reason } = record;
    return [{ tenant, credential_id: credentialId, at: instantUs(atUs), author, reason }];
  });
  if (rows.length > 0) await database.insert("credential_revocations", rows);
}
