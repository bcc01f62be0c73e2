import type { Alert, Finding } from "../../schemas/index.ts";
import { acceptedKey, behaviourOf } from "../../policy/accepted.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { Decided } from "../authorise/authority-of.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { ActionView } from "./action-view.ts";
import type { Detector, Examined, Signal } from "./detector.ts";
import { alertOf, join } from "./episode.ts";
import { sqlText } from "./sql.ts";

const titleCharsMax = 512;

/** What is said of an action: a finding, and an alert when it opens an episode or makes it graver. */
export interface Said {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

/** Makes a finding of a signal, unless this identity was already told of this cause, or a person accepted it. */
export function report(
  state: IdentityState,
  { action, decided }: Pick<Examined, "action" | "decided">,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Said | undefined {
  const { id: rule, version } = detector;
  if (isAccepted(decided, rule, action, signal.cause)) return undefined;
  if (!state.report(`${rule}|${String(version)}|${signal.cause}`)) return undefined;
  const id = computedId("finding", rule, String(version), action.tenant, action.identityId, signal.cause);
  const { title, why, sql } = signal.tell();
  const { episode, raised } = join(state.episode, { id, severity: signal.severity, atUs });
  state.episode = episode;
  const finding: Finding = {
    id,
    tenant: action.tenant,
    rule,
    ruleVersion: version,
    identityId: action.identityId,
    episodeId: episode.id,
    chainId: action.chainId,
    sessionId: action.sessionId,
    severity: signal.severity,
    title: clip(title, titleCharsMax),
    cause: signal.cause,
    why: { ...why },
    sql: filledIn(sql, beforeSql(action)),
    actionIds: [action.id, ...(signal.cites ?? [])],
    frameworks: frameworksOf(rule, signal.name),
    atUs,
  };
  return { finding, alert: raised ? alertOf(finding) : undefined };
}

/** Whether a person took such behaviour of this identity for good: in this session, or in any. */
function isAccepted({ book, control }: Decided, rule: string, action: ActionView, cause: string): boolean {
  if (book.accepted.size === 0) return false;
  const { identityId, sessionId } = action;
  return [cause, behaviourOf({ cause, sessionId })].some(
    (one) => book.accepted.of(acceptedKey(identityId, rule, one))?.last(control) !== undefined,
  );
}

/** Puts a condition where `{before}` stands; within quotes it is a name that somebody gave. */
function filledIn(sql: string, before: string): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.)*'|\{before\}/gu, (found) => (found === "{before}" ? before : found));
}

/** The actions an identity had been learned from when this one was judged. */
function beforeSql(action: ActionView): string {
  const { topic, partition } = action.position;
  return [
    `tenant = ${sqlText(action.tenant)}`,
    `identity_id = ${sqlText(action.identityId)}`,
    `topic = ${sqlText(topic)}`,
    `partition = ${String(partition)}`,
    `ordinal < ${String(action.ordinal)}`,
    "learned",
  ].join(" AND ");
}
