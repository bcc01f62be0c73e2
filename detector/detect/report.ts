import type { Alert, EvidenceKind, Finding } from "../../schemas/index.ts";
import { acceptedKey, behaviourOf } from "../../policy/accepted.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { Decided } from "../authorise/authority-of.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, evidenceOf, type Examined, type Signal } from "./detector.ts";
import { alertOf, isGrave, isOver, join } from "./episode.ts";
import { didOf, episodeTitle } from "./episode-title.ts";
import { hintOf } from "./hint.ts";
import { agreedSeverity } from "./severity.ts";
import { sqlText } from "./sql.ts";

const titleCharsMax = 512;

/** What is said of an action: a finding, and an alert when it opens an episode or makes it graver. */
export interface Said {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

/** What a finding may be made of. */
type Judged = Pick<Examined, "action" | "authority" | "decided" | "noticed">;

/** Makes a finding of a signal, unless this identity was already told of this cause, or a person accepted it. */
export function report(
  state: IdentityState,
  examined: Judged,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Said | undefined {
  const { action, decided } = examined;
  if (isAccepted(decided, detector.id, action, signal.cause)) return undefined;
  if (!state.report(saidOf(detector, signal))) return undefined;
  const { story } = state;
  if (isOver(state.episode, atUs)) story.clear();
  const { finding, did } = findingOf(examined, detector, signal, atUs, story.kinds);
  const { episode, raised } = join(state.episode, finding);
  state.episode = episode;
  if (isGrave(finding.severity)) story.add(finding.evidence);
  const inEpisode = { ...finding, episodeId: episode.id };
  if (!raised) return { finding: inEpisode, alert: undefined };
  const title = episodeTitle(action.identityId, story.began, did);
  // Whom hardly anything is known of anybody may make up by the thousand: nothing is told of how its episodes began.
  if (story.began === "" && state.evidence.gateOpen) story.began = did;
  return { finding: inEpisode, alert: alertOf(inEpisode, title) };
}

/** What would be said of an action before its turn has come; undefined of what was said, or was accepted by a person. */
export function foretold(
  state: IdentityState | undefined,
  examined: Judged,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Finding | undefined {
  const { action, decided } = examined;
  if (isAccepted(decided, detector.id, action, signal.cause)) return undefined;
  if (state?.hasReported(saidOf(detector, signal)) === true) return undefined;
  return findingOf(examined, detector, signal, atUs, noKinds).finding;
}

const noKinds: readonly EvidenceKind[] = [];

/** Under which a finding of an identity is known to have been said. */
const saidOf = ({ id, version }: Detector, { cause }: Signal): string => `${id}|${String(version)}|${cause}`;

/** The finding that a signal makes, as yet in no episode, and what the identity did; `kinds` of evidence are of the episode so far. */
function findingOf(
  { action, authority, noticed }: Judged,
  detector: Detector,
  signal: Signal,
  atUs: number,
  kinds: readonly EvidenceKind[],
): { readonly finding: Finding; readonly did: string } {
  const { id: rule, version } = detector;
  const { title, why, sql, did, hint, hintWhy = [] } = signal.tell();
  const evidence = [...(signal.evidence ?? evidenceOf[detector.family])];
  const changes: string[] = [];
  const looksLike =
    hint === undefined
      ? hintOf({ action, authority, noticed, rule, evidence, changes })
      : { hint, hintWhy: [...hintWhy] };
  const finding: Finding = {
    id: computedId("finding", rule, String(version), action.tenant, action.identityId, signal.cause),
    tenant: action.tenant,
    rule,
    ruleVersion: version,
    identityId: action.identityId,
    episodeId: "",
    chainId: action.chainId,
    sessionId: action.sessionId,
    severity: agreedSeverity(signal.severity, evidence, kinds),
    title: clip(title, titleCharsMax),
    cause: signal.cause,
    why: { ...why },
    sql: filledIn(sql, beforeSql(action)),
    actionIds: [action.id, ...(signal.cites ?? [])],
    frameworks: frameworksOf(rule, signal.name),
    evidence,
    confidence: "full",
    ...looksLike,
    changes,
    atUs,
  };
  return { finding, did: did ?? didOf(action, rule, evidence) };
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
