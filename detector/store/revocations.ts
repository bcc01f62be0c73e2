import type { Ask, PendingAsk, RevocationAttempt, RevocationOutbox } from "../alert/revocation-ports.ts";
import { claim, newestGeneration } from "./claims.ts";
import type { Database } from "./clickhouse.ts";
import { instantMs } from "./rows.ts";

const subject = "revocations";

/** What is older than this is not asked for any more: whoever configures a hook does not mean all that ever was. */
const daysMax = 7;

/** What is to be revoked, on ClickHouse: answers that no final attempt of a hook was recorded for. */
export function revocationOutbox(database: Database, owner: string): RevocationOutbox {
  return {
    claim: () => claim(database, subject, owner),
    owns: async (generation) => (await newestGeneration(database, subject)) === generation,
    pending: (hook, limit) => pending(database, hook, limit),
    record: (attempt) => database.insert("revocations", [attemptRow(attempt)]),
  };
}

interface PendingRow extends Omit<Ask, "subject"> {
  readonly subjectKind: "identity" | "chain";
  readonly subjectId: string;
  readonly attempts: number;
  readonly nextAtMs: number;
}

async function pending(database: Database, hook: string, limit: number): Promise<readonly PendingAsk[]> {
  const rows = await database.query<PendingRow>(
    `SELECT r.response_id AS responseId, r.tenant AS tenant, r.finding_id AS findingId, r.playbook_id AS playbookId, r.reason AS reason,
       r.subject_kind AS subjectKind, r.subject_id AS subjectId, r.identity_id AS identityId, r.credential_id AS credentialId,
       r.credential_type AS credentialType, r.chain_id AS chainId, toUnixTimestamp64Micro(r.at) AS atUs,
       t.attempts AS attempts, toUnixTimestamp64Milli(t.next_at) AS nextAtMs
     FROM responses AS r FINAL LEFT JOIN (
       SELECT tenant, response_id, max(v.attempt) AS attempts, argMax(v.next_at, v.attempt) AS next_at, argMax(v.outcome, v.attempt) AS outcome
       FROM revocations AS v WHERE v.hook = {hook:String} GROUP BY tenant, response_id) AS t
       ON t.tenant = r.tenant AND t.response_id = r.response_id
     WHERE r.kind = 'revoke' AND r.standing = 'revoked' AND NOT r.is_dry_run AND r.credential_id != ''
       AND r.set_at > now() - INTERVAL ${String(daysMax)} DAY AND t.outcome IN ('', 'failed')
     ORDER BY nextAtMs, atUs, responseId LIMIT {limit:UInt32}`,
    { hook, limit },
  );
  return rows.map(({ attempts, nextAtMs, subjectKind, subjectId, ...ask }) => ({
    ask: { ...ask, subject: { kind: subjectKind, id: subjectId } },
    attempts,
    nextAtMs,
  }));
}

function attemptRow(attempt: RevocationAttempt): object {
  return {
    tenant: attempt.ask.tenant,
    response_id: attempt.ask.responseId,
    hook: attempt.hook,
    attempt: attempt.attempt,
    credential_id: attempt.ask.credentialId,
    asked_at: instantMs(attempt.askedAtMs),
    done_at: instantMs(attempt.doneAtMs),
    outcome: attempt.outcome,
    verified: attempt.verified,
    status: attempt.status,
    error: attempt.error,
    next_at: instantMs(attempt.nextAtMs),
  };
}
