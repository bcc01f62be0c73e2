import type { Finding } from "../schemas/index.ts";
import { opens, type Outcome } from "./outcome.ts";

/** An episode is over when nothing was said for so long, as the detector has it. */
const quietUs = 3_600_000_000;

interface ToldEpisode {
  readonly identityId: string;
  readonly fromUs: number;
  lastUs: number;
  /** What opened or raised it, as `rule/name`. */
  readonly signals: Set<string>;
}

/**
 * Ids of actions that whoever looks at an episode sees in it: the same is said of them as what somebody was told of, of the same
 * identity, after that, and before the episode was over. A finding is made once of a cause, so repeats are in no finding. "The same" is the signal,
 * with a score not below the lowest that the rule made such a finding of in these files, which is never below the detector's own threshold.
 */
export function seenInEpisodes({ findings, noted }: Outcome): ReadonlySet<string> {
  const episodes = new Map<string, ToldEpisode>();
  const lines = new Map<string, number>();
  for (const finding of findings.filter((one) => opens(one))) {
    const { episodeId, identityId, atUs } = finding;
    const episode = episodes.get(episodeId) ?? { identityId, fromUs: atUs, lastUs: atUs, signals: new Set() };
    episodes.set(episodeId, episode);
    episode.lastUs = Math.max(episode.lastUs, atUs);
    const signal = signalOf(finding);
    episode.signals.add(signal);
    const score = noted.get(finding.actionIds[0] ?? "")?.score;
    if (score !== undefined) lines.set(signal, Math.min(score, lines.get(signal) ?? score));
  }
  const all = [...episodes.values()];
  const seen = new Set<string>();
  for (const [id, { identityId, atUs, score, signals }] of noted) {
    const isSeen = all.some(
      (one) =>
        one.identityId === identityId &&
        atUs >= one.fromUs &&
        atUs <= one.lastUs + quietUs &&
        signals.some(
          (signal) => one.signals.has(signal) && score >= (lines.get(signal) ?? Number.POSITIVE_INFINITY),
        ),
    );
    if (isSeen) seen.add(id);
  }
  return seen;
}

const signalOf = ({ rule, signal = "" }: Finding): string => `${rule}/${signal}`;
