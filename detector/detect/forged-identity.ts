import { fingerprint } from "../attribute/ids.ts";
import { type Detector, noMemory, quiet } from "./detector.ts";
import { daysMax } from "../learn/evidence.ts";
import { actionSql } from "./sql.ts";

const dayMs = 86_400_000;
/** A longer name stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

/**
 * A sender claimed an identity that it may not speak for. A collector has bound the action to the sender itself, and says whom
 * it claimed to be: there is nothing to weigh. Said once a day of the log for each pair of them, as the sender chooses sessions
 * and instants. Misses: a false claim of a sender that proves nothing, and one that no collector of ours has seen.
 */
export const forgedIdentity: Detector = {
  id: "forged-identity",
  version: 1,
  family: "integrity",
  newMemory: () => noMemory,
  examine: ({ action, evidence }) => {
    if (!action.isContradicted) return quiet;
    const claimed = action.contradicted;
    const day = Math.floor(action.atMs / dayMs);
    return [
      {
        name: "contradicted",
        severity: "high",
        cause: `contradicted|${String(day)}|${claimed.length > causeCharsMax ? fingerprint(claimed) : claimed}`,
        tell: () => ({
          title: `claimed to be ${claimed}, for whom it may not speak`,
          why: {
            claimed,
            sender: action.source,
            strength: action.strength,
            operation: action.operation,
            actions: evidence.actions,
            activeDays: evidence.activeDays,
          },
          sql: sqlOf(actionSql(action)),
        }),
      },
    ];
  },
  learn: () => undefined,
};

/** What the action says, beside what the identity had done before it. */
function sqlOf(here: string): string {
  const said = `SELECT attributes['nhi.bound.contradicted'] AS claimed, source AS sender, strength, operation FROM v_actions WHERE ${here}`;
  const before = `SELECT count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays FROM v_actions WHERE {before}`;
  return `SELECT claimed, sender, strength, operation, actions, activeDays FROM (${said}) AS said CROSS JOIN (${before}) AS before`;
}
