import { acceptedKey, behaviourOf } from "../../policy/accepted.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { type EvidenceKind, type Finding, Severity } from "../../schemas/index.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { Decided } from "../authorise/authority-of.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, evidenceOf, type Examined, type Signal } from "./detector.ts";
import { didOf } from "./episode-title.ts";
import { hintOf } from "./hint.ts";
import { agreedSeverity } from "./severity.ts";
import { sqlText } from "./sql.ts";

const titleCharsMax = 512;
/** Lines on what a finding looks like, and how long each may be. */
const hintsMax = 16;
const hintCharsMax = 256;

/** What a finding is made of beside the signal. */
export type About = Pick<Examined, "action" | "authority" | "decided" | "standing" | "evidence" | "noticed">;

/** What is known of the identity's episode, and of what changed about it. */
export interface Around {
  readonly kinds: readonly EvidenceKind[];
  readonly changes: readonly string[];
}

export const nothingAround: Around = { kinds: [], changes: [] };

/** The finding that a signal makes, as yet in no episode, and what the identity did. */
export function findingOf(
  { action, authority, evidence: known, noticed }: About,
  detector: Detector,
  signal: Signal,
  atUs: number,
  { kinds, changes }: Around,
): { readonly finding: Finding; readonly did: string } {
  const isColdStart = detector.family === "behaviour" && !known.gateOpen;
  const { id: rule, version } = detector;
  const { title, why, sql, did, hint, hintWhy = [] } = signal.tell();
  const evidence = [...(signal.evidence ?? evidenceOf[detector.family])];
  const looksLike = hintOf({ action, authority, noticed, rule, evidence, changes });
  // Who tells its confidence has reckoned with how little is known.
  const isLowered = isColdStart && signal.confidence === undefined;
  const severity = isLowered ? lower(signal.severity) : signal.severity;
  const finding: Finding = {
    id: computedId("finding", rule, String(version), action.tenant, action.identityId, signal.cause),
    tenant: action.tenant,
    rule,
    ruleVersion: version,
    identityId: action.identityId,
    episodeId: "",
    chainId: action.chainId,
    sessionId: sessionOf(action, signal),
    severity: agreedSeverity(severity, evidence, kinds),
    title: clip(title, titleCharsMax),
    cause: signal.cause,
    why: { ...why },
    sql: filledIn(sql, beforeSql(action)),
    actionIds: [action.id, ...(signal.cites ?? [])],
    frameworks: frameworksOf(rule, signal.name),
    evidence,
    confidence: isColdStart ? "cold_start" : (signal.confidence ?? "full"),
    hint: hint ?? looksLike.hint,
    hintWhy: [...hintWhy, ...looksLike.hintWhy].slice(0, hintsMax).map((one) => clip(one, hintCharsMax)),
    changes: [...changes],
    signal: signal.name,
    atUs,
  };
  return { finding, did: did ?? didOf(action, rule, evidence) };
}

/** Whether a person took such behaviour of this identity for good: in this session, or in any. */
export function isAccepted(
  { book, control }: Decided,
  rule: string,
  action: ActionView,
  signal: Signal,
): boolean {
  if (book.accepted.size === 0) return false;
  const { identityId } = action;
  const { cause } = signal;
  const sessionId = sessionOf(action, signal);
  return [cause, behaviourOf({ cause, sessionId })].some(
    (one) => book.accepted.of(acceptedKey(identityId, rule, one))?.last(control) !== undefined,
  );
}

/** How severe it is where hardly anything is known of the identity that a habit is said of: one less. */
function lower(severity: Severity): Severity {
  return Severity.options[Math.max(0, Severity.options.indexOf(severity) - 1)]!;
}

/** The session that a finding is about. */
const sessionOf = (action: ActionView, { session }: Signal): string =>
  session === false ? "" : action.sessionId;

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
