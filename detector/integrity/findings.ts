import type { Alert, Finding } from "../../schemas/index.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import { alertOf, join } from "../detect/episode.ts";
import type { Episode } from "../learn/identity-state.ts";
import type { Cited } from "./ports.ts";
import type { Counted, Suspicion, Verdict } from "./suspicion.ts";

const titleCharsMax = 512;
/** Identities whose episode is remembered; of more, those longest quiet begin a new one. */
const episodesMax = 50_000;
/** Who acted in a process of which no action is known. */
const nobody: Cited = { actionId: "", identityId: "unknown", chainId: "", sessionId: "" };

/** A finding, and an alert when it opens an episode or makes it graver. */
export interface Reported {
  readonly finding: Finding;
  readonly alert: Alert | undefined;
}

/** The episodes that identities are in for findings about their processes. */
export class Episodes {
  readonly #episodes = new Map<string, Episode>();

  /** Takes up an episode that was stored. */
  resume({
    tenant,
    identityId,
    episodeId,
    severity,
    atUs,
  }: Pick<Finding, "tenant" | "identityId" | "episodeId" | "severity" | "atUs">): void {
    const before = this.#episodes.get(`${tenant}\0${identityId}`);
    const isSame = before?.id === episodeId;
    // Of the gravest that was ever told the alert is out; a finding that is over since says less.
    const { episode } = join(isSame ? before : undefined, { id: episodeId, severity, atUs });
    this.#set(`${tenant}\0${identityId}`, { ...episode, id: episodeId });
  }

  /** Makes a finding. One that was told before stays in its episode and raises no alert. */
  report(
    suspicion: Suspicion,
    why: Counted,
    { severity, title }: Verdict,
    cited: readonly Cited[],
    episodeId?: string,
  ): Reported {
    const { rule, version, name, cause, sql, atUs } = suspicion;
    const { identityId, chainId, sessionId } = cited[0] ?? nobody;
    const { tenant, source, process } = name;
    const id = computedId("finding", rule, String(version), tenant, source, process, cause);
    const base = {
      id,
      tenant,
      rule,
      ruleVersion: version,
      identityId,
      chainId,
      sessionId,
      severity,
      title: clip(title, titleCharsMax),
      cause: clip(`${source}|${process}|${cause}`, 1024),
      why: { ...why },
      sql,
      actionIds: cited.map(({ actionId }) => actionId),
      frameworks: frameworksOf(rule, ""),
      evidence: ["integrity"] as const,
      confidence: "full" as const,
      hint: "" as const,
      hintWhy: [],
      changes: [],
      atUs,
    };
    if (episodeId !== undefined) return { finding: { ...base, episodeId }, alert: undefined };
    const key = `${tenant}\0${identityId}`;
    const { episode, raised } = join(this.#episodes.get(key), { id, severity, atUs });
    this.#set(key, episode);
    const finding: Finding = { ...base, episodeId: episode.id };
    return { finding, alert: raised ? alertOf(finding) : undefined };
  }

  #set(key: string, episode: Episode): void {
    this.#episodes.delete(key);
    this.#episodes.set(key, episode);
    if (this.#episodes.size <= episodesMax) return;
    for (const oldest of this.#episodes.keys()) {
      this.#episodes.delete(oldest);
      return;
    }
  }
}
