import type { Alert, Finding } from "../../schemas/index.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { ActionView } from "./action-view.ts";
import type { Detector, Signal } from "./detector.ts";
import { alertOf, join } from "./episode.ts";
import { sqlText } from "./sql.ts";

const titleCharsMax = 512;

/** What is said of an action: a finding, and an alert when it opens an episode or makes it graver. */
export interface Said {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

/** Makes a finding of a signal, unless this identity was already told of this cause. */
export function report(
  state: IdentityState,
  action: ActionView,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Said | undefined {
  const { id: rule, version } = detector;
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
    actionIds: [action.id],
    frameworks: frameworksOf(rule, signal.name),
    atUs,
  };
  return { finding, alert: raised ? alertOf(finding) : undefined };
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
