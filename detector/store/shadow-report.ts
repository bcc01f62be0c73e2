import type { Database } from "./clickhouse.ts";

/** Lines of one report, those with most actions first. */
const linesMax = 1_000;

/** What guards in shadow mode would have held back, of one identity, operation and reason. */
export interface ShadowLine {
  readonly identity: string;
  readonly operation: string;
  readonly verdict: string;
  readonly reason: string;
  readonly actions: number;
  readonly chains: number;
  /** Microseconds since 1970. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly resources: readonly string[];
  /** Ids of actions. */
  readonly examples: readonly string[];
}

export function shadowReport(database: Database, tenant: string): Promise<readonly ShadowLine[]> {
  return database.query<ShadowLine>(
    `SELECT identity_id AS identity, operation, verdict, reason, actions, chains, toUnixTimestamp64Micro(first_at) AS firstUs,
       toUnixTimestamp64Micro(last_at) AS lastUs, resources, examples
     FROM v_shadow_report WHERE tenant = {tenant:String} ORDER BY actions DESC, identity, operation LIMIT {limit:UInt32}`,
    { tenant, limit: linesMax },
  );
}
