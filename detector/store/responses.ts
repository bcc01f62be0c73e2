import type { Response } from "../../schemas/index.ts";
import type { Database } from "./clickhouse.ts";

/** Which responses to list. */
export interface ResponseFilter {
  readonly tenant: string;
  /** Beginning of an id; "" for all. */
  readonly id: string;
  readonly identityId: string;
  readonly limit: number;
}

/** A response as it is stored. */
export interface StoredResponse extends Response {
  /** From when the log took the action to when the standing was set, milliseconds. */
  readonly lagMs: number;
}

interface Row extends Omit<StoredResponse, "subject" | "isDryRun" | "heldBack" | "untilUs"> {
  readonly subjectKind: "identity" | "chain";
  readonly subjectId: string;
  readonly isDryRun: boolean | number;
  readonly heldBack: Response["heldBack"] | "";
  readonly untilUs: number | null;
}

/** Responses, the newest first. */
export async function readResponses(
  database: Database,
  { tenant, id, identityId, limit }: ResponseFilter,
): Promise<readonly StoredResponse[]> {
  const rows = await database.query<Row>(
    `SELECT response_id AS id, tenant, finding_id AS findingId, playbook_id AS playbookId, kind, subject_kind AS subjectKind,
       subject_id AS subjectId, standing, reason, toUnixTimestamp64Micro(at) AS atUs, toUnixTimestamp64Micro(until) AS untilUs,
       is_dry_run AS isDryRun, held_back AS heldBack, identity_id AS identityId, credential_id AS credentialId,
       credential_type AS credentialType, chain_id AS chainId, operation, grant_id AS grantId, frameworks, lag_ms AS lagMs
     FROM v_responses WHERE tenant = {tenant:String} AND startsWith(response_id, {id:String})
       AND ({identityId:String} = '' OR identity_id = {identityId:String})
     ORDER BY at DESC, response_id LIMIT {limit:UInt32}`,
    { tenant, id, identityId, limit },
  );
  return rows.map(({ subjectKind, subjectId, untilUs, heldBack, isDryRun, ...row }) => ({
    ...row,
    subject: { kind: subjectKind, id: subjectId },
    isDryRun: Boolean(isDryRun),
    ...(untilUs === null ? {} : { untilUs }),
    ...(heldBack === "" || heldBack === undefined ? {} : { heldBack }),
  }));
}
