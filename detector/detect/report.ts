import type { Alert, Finding } from "../../schemas/index.ts";
import { computedId } from "../attribute/ids.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { Detector, Signal } from "./detector.ts";
import { alertOf, isGrave, isOver, join } from "./episode.ts";
import { episodeTitle } from "./episode-title.ts";
import { type About, findingOf, isAccepted, nothingAround } from "./finding-of.ts";
import type { Storms } from "./storms.ts";
import { suppressing } from "./suppressing.ts";

/** What is said of an action: a finding, and an alert when it opens an episode or makes it graver. */
export interface Said {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

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
  const { story } = state;
  if (isOver(state.episode, atUs)) story.clear();
  const around = { kinds: story.kinds, changes: state.changes.before(atUs) };
  const { finding, did } = findingOf(about, detector, signal, atUs, around);
  if (hiddenBy !== undefined) return { finding: hidden(finding, hiddenBy), alert: undefined };
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
  about: About,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Finding | undefined {
  if (isAccepted(about.decided, detector.id, about.action, signal)) return undefined;
  if (suppressing(about, detector, signal) !== undefined) return undefined;
  if (state?.hasReported(saidOf(detector, signal)) === true) return undefined;
  return findingOf(about, detector, signal, atUs, nothingAround).finding;
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
