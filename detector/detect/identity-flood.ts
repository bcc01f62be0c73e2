import type { Finding } from "../../schemas/index.ts";
import { frameworksOf } from "../../schemas/frameworks.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { NewIdentities } from "../learn/new-identities.ts";
import type { ActionView } from "./action-view.ts";
import { alertOf, join } from "./episode.ts";
import type { Said } from "./report.ts";
import { sqlText } from "./sql.ts";

const rule = "identity-flood";
const version = 1;
/** Noted on every action that was not learned from, and judged by no detector, as its identity was not admitted. */
const unadmitted = `${rule}/unadmitted`;
export const floodSignals: readonly string[] = [unadmitted];
const titleCharsMax = 512;
const causeCharsMax = 1024;

/**
 * A source brings more new identities within an hour than its quota (`identities.newPerHourMax`). Whoever invents a name
 * for each action would have no past by which to be noticed, so it is the source that is told of, once an hour, in the name
 * of the first identity that was not admitted. Misses: a flood that stays below the quota, or comes from many sources.
 *
 * It is no `Detector`: those remember an identity, and this is about identities of which nothing is remembered.
 */
export function flood(
  action: ActionView,
  { count, sinceMs, sinceOrdinal }: NewIdentities,
  newPerHourMax: number,
): Said {
  const { tenant, identityId, source, position } = action;
  const since = new Date(sinceMs).toISOString().slice(0, -5).replace("T", " ");
  const cause = `${since}|${source}`;
  const id = computedId("finding", rule, String(version), tenant, identityId, cause);
  // The log's time: the sender of a flood may say any other.
  const atUs = action.atMs * 1000;
  const { episode, raised } = join(undefined, { id, severity: "high", atUs });
  const here = [
    `tenant = ${sqlText(tenant)}`,
    `topic = ${sqlText(position.topic)}`,
    `partition = ${String(position.partition)}`,
    `ordinal < ${String(action.ordinal)}`,
    `NOT has(signals, ${sqlText(unadmitted)})`,
  ].join(" AND ");
  const first = "min(ordinal) AS first, argMin(source, ordinal) AS first_source";
  const inHour = `first >= ${String(sinceOrdinal)} AND first_source = ${sqlText(source)}`;
  const finding: Finding = {
    id,
    tenant,
    rule,
    ruleVersion: version,
    identityId,
    episodeId: episode.id,
    chainId: action.chainId,
    sessionId: action.sessionId,
    severity: "high",
    title: clip(
      `more than ${String(newPerHourMax)} new identities in an hour from ${source === "" ? "senders without a name" : source}: what further ones do is stored, but neither learned from nor compared`,
      titleCharsMax,
    ),
    cause: clip(cause, causeCharsMax),
    why: { source, newIdentities: count, newPerHourMax, since },
    sql: `SELECT ${sqlText(source)} AS source, count() AS newIdentities, ${String(newPerHourMax)} AS newPerHourMax, ${sqlText(since)} AS since FROM (SELECT identity_id, ${first} FROM v_actions WHERE ${here} GROUP BY identity_id HAVING ${inHour})`,
    actionIds: [action.id],
    frameworks: frameworksOf(rule, "unadmitted"),
    evidence: ["integrity"] as const,
    confidence: "full" as const,
    hint: "" as const,
    hintWhy: [],
    changes: [],
    atUs,
  };
  return { finding, alert: raised ? alertOf(finding) : undefined };
}
