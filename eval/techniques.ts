import { opens, type Outcome } from "./outcome.ts";
import { type Share } from "./score.ts";
import { seenInEpisodes } from "./told.ts";
import { interval, percent, table } from "./table.ts";

/** What came of files that say on each line what it was. */
export interface TechniqueScore {
  /** Executions of a technique, which are runs of their own, of which an action is cited. */
  readonly executions: Share;
  /** The same, or of which an action repeats what its episode was told of. */
  readonly executionsSeen: Share;
  /** Neither. */
  readonly missed: readonly string[];
  /** Only repeated. */
  readonly repeated: readonly string[];
  /** Events of honest activity that a finding which opens an episode cites. */
  readonly honestCited: Share;
  /** The same, or that repeat what their episode was told of. */
  readonly honestSeen: Share;
  /** Episodes of which no cited event belongs to a technique, for each honest event: what people get to see. */
  readonly honestEpisodes: Share;
  readonly episodes: number;
  /** Rules by how many honest events their findings cite. */
  readonly honestRules: readonly (readonly [rule: string, events: number])[];
}

/** Scores what stands inline; undefined where no line says what it was. */
export function techniquesOf(outcome: Outcome): TechniqueScore | undefined {
  const { cited, findings } = outcome;
  const honest = new Set<string>();
  const executions = new Set<string>();
  for (const [id, { run, truth }] of cited) {
    if (truth === undefined) continue;
    // What nobody judged ("unknown") is neither honest nor an attack.
    if (truth.label === "attack") executions.add(run);
    else if (truth.label === "benign") honest.add(id);
  }
  if (honest.size + executions.size === 0) return undefined;
  const found = new Set<string>();
  const honestCited = new Set<string>();
  const rules = new Map<string, Set<string>>();
  const episodes = new Map<string, { attack: boolean; honest: boolean }>();
  for (const finding of findings.filter((one) => opens(one))) {
    const episode = episodes.get(finding.episodeId) ?? { attack: false, honest: false };
    episodes.set(finding.episodeId, episode);
    for (const id of finding.actionIds) {
      const action = cited.get(id);
      if (action?.truth?.label === "attack") {
        episode.attack = true;
        found.add(action.run);
      }
      if (!honest.has(id)) continue;
      episode.honest = true;
      honestCited.add(id);
      rules.set(finding.rule, (rules.get(finding.rule) ?? new Set<string>()).add(id));
    }
  }
  const foundOrSeen = new Set(found);
  const honestSeen = new Set(honestCited);
  for (const id of seenInEpisodes(outcome)) {
    const { run, truth } = cited.get(id)!;
    if (truth?.label === "attack") foundOrSeen.add(run);
    else if (honest.has(id)) honestSeen.add(id);
  }
  const falseEpisodes = [...episodes.values()].filter((one) => one.honest && !one.attack).length;
  return {
    executions: { part: found.size, whole: executions.size },
    executionsSeen: { part: foundOrSeen.size, whole: executions.size },
    missed: [...executions].filter((run) => !foundOrSeen.has(run)),
    repeated: [...foundOrSeen].filter((run) => !found.has(run)),
    honestCited: { part: honestCited.size, whole: honest.size },
    honestSeen: { part: honestSeen.size, whole: honest.size },
    honestEpisodes: { part: falseEpisodes, whole: honest.size },
    episodes: episodes.size,
    honestRules: [...rules]
      .map(([rule, ids]) => [rule, ids.size] as const)
      .toSorted(([, one], [, other]) => other - one),
  };
}

/** Rows with their heads: shares with their intervals. */
export function techniqueRows(score: TechniqueScore): readonly (readonly string[])[] {
  const row = (name: string, share: Share): readonly string[] => [
    name,
    `${String(share.part)} of ${String(share.whole)}`,
    percent(share),
    interval(share),
  ];
  return [
    ["", "", "%", "(95 %)"],
    row("technique executions cited by a finding", score.executions),
    row("technique executions in an episode that was told of", score.executionsSeen),
    row("honest events cited by a finding", score.honestCited),
    row("honest events in an episode that was told of", score.honestSeen),
    row("honest events alerting, grouped into episodes", score.honestEpisodes),
  ];
}

export function techniquesText(score: TechniqueScore): string {
  return [
    table(techniqueRows(score)),
    `episodes: ${String(score.episodes)}\n`,
    ...score.repeated.map((run) => `repeats what was told: ${run}\n`),
    ...score.missed.map((run) => `missed: ${run}\n`),
    ...score.honestRules.map(([rule, events]) => `honest events cited by ${rule}: ${String(events)}\n`),
  ].join("");
}
