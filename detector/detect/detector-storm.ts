import type { Finding } from "../../schemas/index.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import { perIdentityMax, type RuleHour } from "../learn/storm-counts.ts";
import type { ActionView } from "./action-view.ts";
import { alertOf, join } from "./episode.ts";
import type { Said } from "./report.ts";
import { sqlText } from "./sql.ts";

/** Its id; it is no `Detector`, as it is about a rule and not about an identity. */
export const stormRule = "detector-storm";
const version = 1;
const titleCharsMax = 512;

/**
 * A rule that rests on habit said more than fifty findings within an hour, five of each identity counted at most, or spoke of more
 * than 2 % of a tenant's identities in a partition. Said once for the rule and hour, in the name of the identity that was one too
 * many. Misses: a rule that is wrong about many, a few an hour.
 */
export function storm(
  action: ActionView,
  { rule, findings, identities }: RuleHour,
  { since, known, atUs }: { readonly since: string; readonly known: number; readonly atUs: number },
): Said {
  const { tenant, identityId, position } = action;
  const { topic, partition } = position;
  const cause = `${since}|${rule}|${topic}|${String(partition)}`;
  const id = computedId("finding", stormRule, String(version), tenant, cause);
  const { episode, raised } = join(undefined, { id, severity: "medium", atUs });
  const finding: Finding = {
    id,
    tenant,
    rule: stormRule,
    ruleVersion: version,
    identityId,
    episodeId: episode.id,
    chainId: action.chainId,
    sessionId: action.sessionId,
    severity: "medium",
    title: clip(
      `${rule} speaks of too much at once: what else it finds within the hour from ${since} is noted and calls nobody`,
      titleCharsMax,
    ),
    cause,
    why: { rule, since, findings, identities, knownIdentities: known },
    sql: sqlOf(action, rule, since),
    actionIds: [action.id],
    frameworks: frameworksOf(stormRule, "storm"),
    evidence: ["integrity"],
    confidence: "full",
    hint: "misconfiguration",
    hintWhy: [
      "misconfiguration: many identities at once, as after a deployment or a change of what they work with",
      "abuse: whoever wants to act unseen may bring such a storm about",
    ],
    changes: [],
    atUs,
  };
  return { finding, alert: raised ? alertOf(finding) : undefined };
}

/** Recounts what was said in this partition up to the action that was one too many. */
function sqlOf({ tenant, position, ordinal }: ActionView, rule: string, since: string): string {
  const here = [
    `tenant = ${sqlText(tenant)}`,
    `topic = ${sqlText(position.topic)}`,
    `partition = ${String(position.partition)}`,
    `ordinal <= ${String(ordinal)}`,
  ].join(" AND ");
  const said = [
    `tenant = ${sqlText(tenant)}`,
    `rule = ${sqlText(rule)}`,
    "hidden_by = ''",
    "severity != 'info'",
    `toStartOfHour(at) = toDateTime(${sqlText(`${since}:00`)}, 'UTC')`,
    `action_ids[1] IN (SELECT action_id FROM v_actions WHERE ${here})`,
  ].join(" AND ");
  return [
    `SELECT ${sqlText(rule)} AS rule, ${sqlText(since)} AS since,`,
    `sum(least(said, ${String(perIdentityMax)})) AS findings, count() AS identities,`,
    `(SELECT uniqExact(identity_id) FROM v_actions WHERE ${here} AND NOT has(signals, 'identity-flood/unadmitted')) AS knownIdentities`,
    `FROM (SELECT identity_id, count() AS said FROM v_findings WHERE ${said} GROUP BY identity_id)`,
  ].join(" ");
}
