import type { Finding } from "../../../schemas/index.ts";
import { pastMax } from "./bounded.ts";
import type { CitedAction } from "./cited.ts";

/** Actions of an identity: a SELECT's source, and what fills it in. */
export interface Past {
  /** A subquery of the latest `pastMax` actions. */
  readonly from: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const columns = `started_at, session_id, kind, operation, resource_ids, resource_kinds, resource_origins, network, ordinal,
  action_id IN (SELECT arrayJoin(action_ids) FROM v_findings WHERE tenant = {tenant:String} AND identity_id = {identityId:String}
    ORDER BY at DESC LIMIT ${String(pastMax)}) AS is_found`;

/** What an identity had been learned from when an action was judged: what `{before}` means in a finding's SQL. */
export function pastBefore({ tenant, identityId }: Finding, cited: CitedAction): Past {
  const { topic, partition, ordinal } = cited;
  return {
    from: latest("topic = {topic:String} AND partition = {partition:Int32} AND ordinal < {ordinal:Int64}"),
    params: { tenant, identityId, topic, partition, ordinal },
  };
}

/** All that an identity was learned from. */
export function wholePast(tenant: string, identityId: string): Past {
  return { from: latest("true"), params: { tenant, identityId } };
}

function latest(condition: string): string {
  return `(SELECT ${columns} FROM v_actions
    WHERE tenant = {tenant:String} AND identity_id = {identityId:String} AND learned AND ${condition}
    ORDER BY started_at DESC LIMIT ${String(pastMax)})`;
}
