import type { Database } from "./clickhouse.ts";
import { instantUs } from "./rows.ts";

/** A decision of the service as a row; see `v_decisions`. */
export interface DecisionRow {
  readonly id: string;
  readonly tenant: string;
  readonly atUs: number;
  readonly identityId: string;
  readonly kind: string;
  readonly operation: string;
  readonly resources: readonly string[];
  readonly taskId: string;
  readonly sessionId: string;
  readonly chainId: string;
  readonly verdict: string;
  readonly reason: string;
  readonly grantId: string;
  readonly policyId: string;
  readonly policyVersion: string;
  readonly control: number;
  readonly digest: string;
  readonly client: string;
}

/** Writes decisions; those that were written already are replaced by themselves. */
export async function storeDecisions(database: Database, rows: readonly DecisionRow[]): Promise<void> {
  await database.insert(
    "decisions",
    rows.map((row) => ({
      tenant: row.tenant,
      decision_id: row.id,
      at: instantUs(row.atUs),
      identity_id: row.identityId,
      kind: row.kind,
      operation: row.operation,
      resource_ids: row.resources,
      task_id: row.taskId,
      session_id: row.sessionId,
      chain_id: row.chainId,
      verdict: row.verdict,
      reason: row.reason,
      grant_id: row.grantId,
      policy_id: row.policyId,
      policy_version: row.policyVersion,
      control_position: row.control,
      digest: row.digest,
      client: row.client,
    })),
  );
}
