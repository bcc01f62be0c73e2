import { Severity } from "../../schemas/index.ts";
import type { Database } from "./clickhouse.ts";

/** What one suppression hid so far. */
export interface Hid {
  readonly findings: number;
  /** The worst that it would have been. */
  readonly worst: Severity;
  readonly lastAtUs: number;
}

/** What a tenant's suppressions hid, by their ids; those that hid nothing are not there. */
export async function hiddenBySuppressions(
  database: Database,
  tenant: string,
): Promise<ReadonlyMap<string, Hid>> {
  const rows = await database.query<{ id: string; findings: number; worst: string; lastAtUs: number }>(
    `SELECT suppression_id AS id, toUInt32(hid) AS findings, hid_worst AS worst, toUnixTimestamp64Micro(assumeNotNull(hid_last_at)) AS lastAtUs
     FROM v_suppressions WHERE tenant = {tenant:String} AND hid > 0`,
    { tenant },
  );
  return new Map(
    rows.map(({ id, findings, worst, lastAtUs }) => [
      id,
      { findings, lastAtUs, worst: Severity.options.find((one) => one === worst) ?? "info" },
    ]),
  );
}
