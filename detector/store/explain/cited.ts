import type { Finding } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded } from "./bounded.ts";

/** A cited action, with what places it in its identity's past. */
export interface CitedAction {
  readonly id: string;
  readonly sessionId: string;
  readonly startedAtUs: number;
  readonly kind: string;
  readonly operation: string;
  readonly resourceIds: readonly string[];
  readonly resourceKinds: readonly string[];
  readonly resourceOrigins: readonly string[];
  readonly network: string;
  readonly topic: string;
  readonly partition: number;
  readonly ordinal: number;
}

/** The actions that a finding cites and that are still stored, in the order in which it cites them. */
export async function readCited(
  database: Database,
  { tenant, identityId, actionIds }: Pick<Finding, "tenant" | "identityId" | "actionIds">,
): Promise<readonly CitedAction[]> {
  if (actionIds.length === 0) return [];
  const rows = await database.query<CitedAction>(
    bounded(
      `SELECT action_id AS id, session_id AS sessionId, toUnixTimestamp64Micro(started_at) AS startedAtUs, kind, operation,
         resource_ids AS resourceIds, resource_kinds AS resourceKinds, resource_origins AS resourceOrigins, network,
         topic, partition, ordinal
       FROM v_actions
       WHERE tenant = {tenant:String} AND identity_id = {identityId:String} AND action_id IN {actionIds:Array(String)}`,
    ),
    { tenant, identityId, actionIds },
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  return actionIds.flatMap((id) => stored.get(id) ?? []);
}
