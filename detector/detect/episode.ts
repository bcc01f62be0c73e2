import { type Alert, type Finding, Severity } from "../../schemas/index.ts";
import { computedId } from "../attribute/ids.ts";
import type { Episode } from "../learn/identity-state.ts";

/** An episode is over when an identity gave no reason for a finding for this long, by event time. */
const episodeQuietUs = 3_600_000_000;

/** From this severity on a finding opens or raises an alert; below it, it waits in the store to be looked at. */
const alertFrom: Severity = "medium";

/** -1, 0 or 1 as `a` is below, equal to or above `b`. */
function compareSeverity(a: Severity, b: Severity): number {
  return Math.sign(Severity.options.indexOf(a) - Severity.options.indexOf(b));
}

/** Whether people are told of a finding of this severity at once. */
export const isGrave = (severity: Severity): boolean => compareSeverity(severity, alertFrom) >= 0;

/** Whether what happens then belongs to another episode, or there is none. */
export function isOver(episode: Episode | undefined, atUs: number): boolean {
  return episode === undefined || atUs - episode.lastAtUs > episodeQuietUs;
}

/** Joins a finding to the episode its identity is in, or begins a new one with it. */
export function join(
  episode: Episode | undefined,
  finding: { readonly id: string; readonly severity: Severity; readonly atUs: number },
): { readonly episode: Episode; readonly raised: boolean } {
  const current = isOver(episode, finding.atUs) ? undefined : episode;
  const isHigher = current === undefined || compareSeverity(finding.severity, current.severity) > 0;
  return {
    episode: {
      id: current?.id ?? computedId("episode", finding.id),
      lastAtUs: Math.max(current?.lastAtUs ?? 0, finding.atUs),
      severity: isHigher ? finding.severity : current.severity,
    },
    raised: isHigher && isGrave(finding.severity),
  };
}

/**
 * The alert that tells of an episode, written into the outbox when it opens or rises in severity.
 *
 * @param title what the identity did, in a sentence; that of the finding unless told.
 */
export function alertOf(finding: Finding, title = finding.title): Alert {
  return {
    type: "episode.opened",
    timestamp: new Date(Math.floor(finding.atUs / 1000)).toISOString(),
    data: {
      episodeId: finding.episodeId,
      tenant: finding.tenant,
      identityId: finding.identityId,
      severity: finding.severity,
      title,
      findingId: finding.id,
      chainId: finding.chainId,
      rule: finding.rule,
      frameworks: finding.frameworks,
      why: { ...finding.why },
    },
  };
}
