import { type Alert, type EvidenceKind, type Finding, Severity } from "../../schemas/index.ts";
import { acceptedKey, behaviourOf } from "../../policy/accepted.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { Decided } from "../authorise/authority-of.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { ActionView } from "./action-view.ts";
import type { Detector, Examined, Family, Signal } from "./detector.ts";
import { alertOf, join } from "./episode.ts";
import { suppressing } from "./suppressing.ts";
import { sqlText } from "./sql.ts";
import type { Storms } from "./storms.ts";

const titleCharsMax = 512;

/** The kind of evidence that a detector brings unless it says so itself. */
const evidenceOf: Readonly<Record<Family, EvidenceKind>> = {
  authority: "authority",
  behaviour: "novelty",
  correlation: "correlation",
  integrity: "integrity",
};

/** What is said of an action: a finding, and an alert when it opens an episode or makes it graver. */
export interface Said {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

/** What a finding is made of beside the signal. */
type About = Pick<Examined, "action" | "decided" | "standing" | "evidence">;

/**
 * Makes a finding of a signal, unless this identity was already told of this cause, or a person accepted it. One that a person or a
 * storm keeps quiet is stored all the same; it is said anew once nothing hides it.
 */
export function report(
  state: IdentityState,
  about: About,
  detector: Detector,
  signal: Signal,
  atUs: number,
  storms: Storms,
): Said | undefined {
  const { action, decided } = about;
  if (isAccepted(decided, detector.id, action, signal)) return undefined;
  if (state.hasReported(saidOf(detector, signal))) return undefined;
  const hiddenBy = suppressing(about, detector, signal) ?? storms.hiding(detector, action.tenant, atUs);
  if (!state.report(saidOf(detector, signal, hiddenBy))) return undefined;
  const finding = { ...findingOf(about, detector, signal, atUs), changes: [...state.changes.before(atUs)] };
  if (hiddenBy !== undefined) return { finding: hidden(finding, hiddenBy), alert: undefined };
  const { episode, raised } = join(state.episode, finding);
  state.episode = episode;
  const inEpisode = { ...finding, episodeId: episode.id };
  return { finding: inEpisode, alert: raised ? alertOf(inEpisode) : undefined };
}

/** What would be said of an action before its turn has come; undefined of what was said, or was accepted by a person. */
export function foretold(
  state: IdentityState | undefined,
  about: About,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Finding | undefined {
  if (isAccepted(about.decided, detector.id, about.action, signal)) return undefined;
  if (suppressing(about, detector, signal) !== undefined) return undefined;
  if (state?.hasReported(saidOf(detector, signal)) === true) return undefined;
  return findingOf(about, detector, signal, atUs);
}

/** Under which a finding of an identity is known to have been said, or to have been hidden. */
function saidOf({ id, version }: Detector, { cause }: Signal, hiddenBy?: string): string {
  const said = `${id}|${String(version)}|${cause}`;
  return hiddenBy === undefined ? said : `${hiddenBy}\0${said}`;
}

/** The same finding, kept quiet: it is in no episode that anybody is called to, and would have another id if it were said. */
function hidden(finding: Finding, by: string): Finding {
  const id = computedId("finding", finding.id, by);
  const { severity } = finding;
  return { ...finding, id, episodeId: computedId("episode", id), severity: "info", hidden: { by, severity } };
}

/** How severe it is where hardly anything is known of the identity that a habit is said of: one less. */
function lower(severity: Severity): Severity {
  return Severity.options[Math.max(0, Severity.options.indexOf(severity) - 1)]!;
}

/** The finding that a signal makes, as yet in no episode. */
function findingOf(
  { action, evidence: known }: About,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Finding {
  const isColdStart = detector.family === "behaviour" && !known.gateOpen;
  const { id: rule, version } = detector;
  const { title, why, sql, hint = "", hintWhy = [] } = signal.tell();
  return {
    id: computedId("finding", rule, String(version), action.tenant, action.identityId, signal.cause),
    tenant: action.tenant,
    rule,
    ruleVersion: version,
    identityId: action.identityId,
    episodeId: "",
    chainId: action.chainId,
    sessionId: sessionOf(action, signal),
    severity: isColdStart ? lower(signal.severity) : signal.severity,
    title: clip(title, titleCharsMax),
    cause: signal.cause,
    why: { ...why },
    sql: filledIn(sql, beforeSql(action)),
    actionIds: [action.id, ...(signal.cites ?? [])],
    frameworks: frameworksOf(rule, signal.name),
    evidence: [...(signal.evidence ?? [evidenceOf[detector.family]])],
    confidence: isColdStart ? "cold_start" : (signal.confidence ?? "full"),
    hint,
    hintWhy: [...hintWhy],
    changes: [],
    signal: signal.name,
    atUs,
  };
}

/** The session that a finding is about. */
const sessionOf = (action: ActionView, { session }: Signal): string =>
  session === false ? "" : action.sessionId;

/** Whether a person took such behaviour of this identity for good: in this session, or in any. */
function isAccepted({ book, control }: Decided, rule: string, action: ActionView, signal: Signal): boolean {
  if (book.accepted.size === 0) return false;
  const { identityId } = action;
  const { cause } = signal;
  const sessionId = sessionOf(action, signal);
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
