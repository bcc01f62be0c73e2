import { suppressedUntilUs } from "../../policy/suppressions.ts";
import { peerKeys } from "../../policy/peer-book.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { ControlEntry } from "../stream/control-feed.ts";
import type { Database } from "./clickhouse.ts";
import { instantUs } from "./rows.ts";

/** Which of both logs an entry is of; each counts its positions by itself. */
export type DecidedLog = "control" | "standings";

interface Row {
  readonly table:
    | "grants"
    | "tasks"
    | "approvals"
    | "standings"
    | "identities"
    | "playbooks"
    | "suppressions"
    | "verdicts"
    | "peer_baselines"
    | "peer_groups";
  readonly columns: object;
}

/** Writes what a log says into the tables that analysts read. Idempotent by what it is about and its position. */
export async function storeDecided(
  database: Database,
  log: DecidedLog,
  entries: readonly ControlEntry[],
): Promise<void> {
  const tables = new Map<string, object[]>();
  for (const { position, record } of entries) {
    const row = rowOf(record);
    if (row === undefined) continue;
    const { tenant, author, atUs } = record;
    const at = row.table === "grants" ? { given_at: instantUs(atUs) } : { at: instantUs(atUs) };
    const from = row.table === "standings" ? { log } : {};
    const rows = tables.get(row.table) ?? [];
    rows.push({ tenant, position, author, ...at, ...from, ...row.columns });
    tables.set(row.table, rows);
  }
  for (const [table, rows] of tables) await database.insert(table, rows);
}

/** Undefined for what no table shows. */
function rowOf(record: ControlRecord): Row | undefined {
  switch (record.kind) {
    case "grant_given":
      return { table: "grants", columns: grantColumns(record) };
    case "grant_revoked":
      return { table: "grants", columns: { grant_id: record.grantId, event: "revoked" } };
    case "task_opened": {
      const { id, kind, title, url = "" } = record.task;
      return { table: "tasks", columns: { task_id: id, event: "opened", kind, title, url } };
    }
    case "task_closed":
      return {
        table: "tasks",
        columns: { task_id: record.taskId, event: "closed", reason: record.reason },
      };
    case "approval_asked":
    case "approval_answered":
    case "approval_used":
      return { table: "approvals", columns: approvalColumns(record) };
    case "standing_set":
      return { table: "standings", columns: standingColumns(record) };
    case "identity_declared": {
      const { id, owner, environments, offboardedAt } = record.identity;
      return {
        table: "identities",
        columns: { identity_id: id, owner, environments, offboarded_at: edgeOf(offboardedAt) },
      };
    }
    case "playbook_given":
      return {
        table: "playbooks",
        columns: {
          playbook_id: record.playbook.id,
          event: "given",
          playbook: JSON.stringify(record.playbook),
        },
      };
    case "playbook_removed":
      return { table: "playbooks", columns: { playbook_id: record.playbookId, event: "removed" } };
    case "suppression_set":
    case "suppression_removed":
      return { table: "suppressions", columns: suppressionColumns(record) };
    case "verdict_given":
      return { table: "verdicts", columns: verdictColumns(record) };
    case "peer_baseline":
      return { table: "peer_baselines", columns: peerColumns(record) };
    case "peer_group": {
      const { identityId, groups, counted } = record.membership;
      return { table: "peer_groups", columns: { identity_id: identityId, groups, counted } };
    }
    case "credential_revoked":
    case "guard_set":
    case "safeguards_set":
    case "behaviour_accepted":
      return undefined;
  }
}

type Of<Kind extends ControlRecord["kind"]> = Extract<ControlRecord, { readonly kind: Kind }>;

function grantColumns({ grant }: Of<"grant_given">): object {
  return {
    grant_id: grant.id,
    event: "given",
    grantee: grant.grantee,
    approver: grant.approver,
    policy_id: grant.policy.id,
    policy_version: grant.policy.version,
    operations: grant.operations,
    resources: grant.resources,
    window_from: edgeOf(grant.window.from),
    window_until: edgeOf(grant.window.until),
    approval_id: grant.approval ?? "",
  };
}

function standingColumns({
  subject,
  standing,
  reason,
  untilUs,
  findingId = "",
  isDryRun,
}: Of<"standing_set">): object {
  return {
    subject_kind: subject.kind,
    subject_id: subject.id,
    standing,
    reason,
    until: untilUs === undefined ? null : instantUs(untilUs),
    finding_id: findingId,
    dry_run: isDryRun,
  };
}

function suppressionColumns(record: Of<"suppression_set"> | Of<"suppression_removed">): object {
  if (record.kind === "suppression_removed") {
    const { suppressionId, reason } = record;
    return { suppression_id: suppressionId, event: "removed", reason, until: null };
  }
  const { suppression, atUs } = record;
  const { rule = "", signal = "", identity = "", operation = "", resource = "" } = suppression.matcher;
  return {
    suppression_id: suppression.id,
    event: "set",
    reason: suppression.reason,
    until: instantUs(suppressedUntilUs(suppression, atUs)),
    rule,
    signal,
    identity,
    operation,
    resource,
  };
}

function verdictColumns(record: Of<"verdict_given">): object {
  const { findingId, verdict, rule, signal, identityId, comment } = record;
  return { finding_id: findingId, verdict, rule, signal, identity_id: identityId, comment };
}

function approvalColumns(
  record: Of<"approval_asked"> | Of<"approval_answered"> | Of<"approval_used">,
): object {
  if (record.kind === "approval_used")
    return { approval_id: record.approvalId, event: "used", digest: record.digest };
  if (record.kind === "approval_answered") {
    const { approvalId, answer, comment } = record;
    return { approval_id: approvalId, event: answer, comment };
  }
  const { approval } = record;
  return {
    approval_id: approval.id,
    event: "asked",
    digest: approval.digest,
    identity_id: approval.identityId,
    operation: approval.operation,
    resources: approval.resources,
    arguments: approval.arguments,
    task_id: approval.taskId,
    session_id: approval.sessionId,
    chain_id: approval.chainId,
    grant_id: approval.grantId,
    policy_id: approval.policyId,
    policy_version: approval.policyVersion,
    expires_at: instantUs(approval.expiresAtUs),
  };
}

function peerColumns({ group }: Of<"peer_baseline">): object {
  const { id, basis, defined, members, peers } = group;
  const columns = peerKeys.flatMap((key) => {
    const { values, isComplete, alone } = group[key];
    return [
      [key, Object.fromEntries(values.map(({ value, users }) => [value, users]))],
      [`${key}_alone`, alone],
      [`${key}_complete`, isComplete],
    ];
  });
  return { group_id: id, basis, defined, members, peers, ...Object.fromEntries(columns) };
}

function edgeOf(edge: string | undefined): string | null {
  return edge === undefined ? null : instantUs(Date.parse(edge) * 1000);
}
