import type { Action, Finding } from "../../schemas/index.ts";
import type { DeadLetter, OutboxAlert } from "../stream/ports.ts";

/**
 * Latest instant that is exact as a number, in the year 2255; a later one is stored as this, and is clock-suspect. Whoever
 * reads back one beyond it would fail over its whole chain.
 */
const lastUs = Number.MAX_SAFE_INTEGER;

/**
 * An instant in microseconds as DateTime64(6) reads it. Written out in full: decimal seconds are read only where they
 * have ten digits, and one instant of a wrong clock would make the server refuse the whole insert, for ever.
 */
export function instantUs(us: number): string {
  const bounded = Math.min(Math.max(us, 0), lastUs);
  const micros = bounded % 1_000_000;
  return `${secondsText((bounded - micros) / 1_000_000)}.${String(micros).padStart(6, "0")}`;
}

/** An instant in milliseconds as DateTime64(3) reads it. */
export function instantMs(ms: number): string {
  const bounded = Math.min(Math.max(ms, 0), Math.floor(lastUs / 1000));
  const millis = bounded % 1000;
  return `${secondsText((bounded - millis) / 1000)}.${String(millis).padStart(3, "0")}`;
}

function secondsText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** An action as a row of `actions`. */
export function actionRow(action: Action): object {
  return {
    tenant: action.tenant,
    identity_id: action.identityId,
    started_at: instantUs(action.startedAtUs),
    action_id: action.id,
    ended_at: instantUs(action.endedAtUs),
    received_at: instantMs(action.position.atMs),
    chain_id: action.chainId,
    session_id: action.sessionId,
    task_id: action.taskId,
    trace_id: action.traceId,
    span_id: action.spanId,
    parent_id: action.parentId,
    step: action.step,
    identity_kind: action.identityKind,
    strength: action.strength,
    identity_rule: action.identityRule,
    owner: action.owner,
    path: action.path,
    kind: action.kind,
    operation: action.operation,
    rule: action.rule,
    resource_ids: action.resources.map((one) => one.id),
    resource_kinds: action.resources.map((one) => one.kind),
    resource_origins: action.resources.map((one) => one.origin),
    mutating: action.mutating,
    network: action.network,
    credential_id: action.credentialId,
    claimed_grant_id: action.claimedGrantId,
    claimed_approval_id: action.claimedApprovalId,
    status: action.status,
    error_type: action.errorType,
    decision_verdict: action.decision?.verdict ?? "",
    decision_outcome: action.decision?.outcome ?? "",
    decision_reason: action.decision?.reason ?? "",
    authority: action.authority.outcome,
    grant_id: action.authority.grantId,
    approver: action.authority.approver,
    approval_id: action.authority.approvalId,
    policy_id: action.authority.policyId,
    policy_version: action.authority.policyVersion,
    signals: action.signals,
    late: action.late,
    clock_suspect: action.clockSuspect,
    source: action.source,
    attributes: action.attributes,
    topic: action.position.topic,
    partition: action.position.partition,
    offset: action.position.offset,
    record_index: action.position.index,
  };
}

/** A finding as a row of `findings`. */
export function findingRow(finding: Finding): object {
  return {
    tenant: finding.tenant,
    at: instantUs(finding.atUs),
    finding_id: finding.id,
    rule: finding.rule,
    rule_version: finding.ruleVersion,
    identity_id: finding.identityId,
    episode_id: finding.episodeId,
    chain_id: finding.chainId,
    session_id: finding.sessionId,
    severity: finding.severity,
    title: finding.title,
    cause: finding.cause,
    why: JSON.stringify(finding.why),
    sql: finding.sql,
    action_ids: finding.actionIds,
  };
}

/** An alert as a row of the outbox. */
export function alertRow(alert: OutboxAlert): object {
  return {
    tenant: alert.tenant,
    alert_id: alert.id,
    episode_id: alert.episodeId,
    at: instantUs(alert.atUs),
    body: alert.body,
  };
}

/** A dead letter as a row of `dead_letters`. */
export function deadLetterRow(letter: DeadLetter): object {
  const { index, atMs, ...rest } = letter;
  return { ...rest, record_index: index, at: instantMs(atMs) };
}
