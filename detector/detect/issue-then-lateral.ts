import { fingerprintOf } from "../learn/fingerprint.ts";
import { Marks } from "../learn/marks.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, quiet } from "./detector.ts";
import { isExempt } from "../../policy/exempt.ts";
import { actionSql } from "./sql.ts";
import { secondsBetween, skewUs } from "./time.ts";

/** What comes so soon after a token was got is taken as done with it. */
const soonUs = 15 * 60_000_000;
const issue = fingerprintOf("issue");

type Memory = Readonly<Record<"last", Marks>>;

/**
 * An identity gets a token or a secret, and within a quarter of an hour does something that its grants don't cover: one word for both.
 * Said once for each that it got. Misses: an identity without grants, to whom nothing is lateral, a token that it
 * might not have got (outside-grant tells of that), and one that another identity uses.
 */
export const issueThenLateral: Detector<Memory> = {
  id: "issue-then-lateral",
  version: 1,
  family: "correlation",
  newMemory: () => ({ last: new Marks() }),
  examine: ({ action, authority }, { last }) => {
    const { outcome } = authority;
    if (last.size === 0 || outcome === "granted" || outcome === "no_grant" || isExempt(action.kind))
      return quiet;
    const issued = last.get(issue);
    if (issued === undefined) return quiet;
    // Clocks tell of beginnings in whole milliseconds, and of ends more finely: what came at once may seem to have begun before.
    const sinceUs = action.startedAtUs - issued.number;
    if (sinceUs < -skewUs || sinceUs > soonUs) return quiet;
    const seconds = Math.max(0, secondsBetween(issued.number, action.startedAtUs));
    const { operation, sessionId } = action;
    return [
      {
        name: "lateral",
        severity: action.isRefused ? "high" : "critical",
        cause: `${sessionId}|${outcome}|${operation}`,
        cites: [issued.text],
        evidence: ["authority", "correlation"],
        tell: () => ({
          title: `${operation} beyond its grants, ${String(seconds)} s after it got a token`,
          why: { outcome, operation, closestGrant: authority.grantId, seconds },
          sql: sqlOf(action, issued.text),
        }),
      },
    ];
  },
  learn: ({ action, authority }, { last }, signals) => {
    if (signals.length > 0) last.clear();
    if (action.kind !== "credential_issue" && action.kind !== "secret_read") return;
    if (authority.outcome !== "granted" || action.status !== "ok" || action.isRefused) return;
    last.put(issue, action.endedAtUs, action.id, 1);
  },
};

function sqlOf(action: ActionView, issuedId: string): string {
  const { tenant, identityId } = action;
  const here = `SELECT authority, operation, grant_id, started_at FROM v_actions WHERE ${actionSql(action)}`;
  const got = `SELECT ended_at AS got_at FROM v_actions WHERE ${actionSql({ id: issuedId, tenant, identityId })}`;
  return `SELECT authority AS outcome, operation, grant_id AS closestGrant, greatest(0, toInt64(floor((toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro(got_at)) / 1000000))) AS seconds FROM (${here}) AS said CROSS JOIN (${got}) AS got`;
}
