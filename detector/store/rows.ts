import type { Finding } from "../../schemas/index.ts";
import type { DeadLetter, OutboxAlert, TakenResponse } from "../stream/ports.ts";

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
    frameworks: finding.frameworks,
    evidence: finding.evidence,
    confidence: finding.confidence,
    hint: finding.hint,
    hint_why: finding.hintWhy,
    changes: finding.changes,
    signal: finding.signal ?? "",
    hidden_by: finding.hidden?.by ?? "",
    hidden_severity: finding.hidden?.severity ?? "",
  };
}

/** A response as a row of `responses`. */
export function responseRow(response: TakenResponse): object {
  return {
    tenant: response.tenant,
    response_id: response.id,
    finding_id: response.findingId,
    playbook_id: response.playbookId,
    kind: response.kind,
    subject_kind: response.subject.kind,
    subject_id: response.subject.id,
    standing: response.standing,
    reason: response.reason,
    at: instantUs(response.atUs),
    until: response.untilUs === undefined ? null : instantUs(response.untilUs),
    is_dry_run: response.isDryRun,
    held_back: response.heldBack ?? "",
    identity_id: response.identityId,
    credential_id: response.credentialId,
    credential_type: response.credentialType,
    chain_id: response.chainId,
    operation: response.operation,
    grant_id: response.grantId,
    frameworks: response.frameworks,
    set_at: instantMs(response.setAtMs),
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
