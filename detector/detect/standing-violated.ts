import type { Severity } from "../../schemas/index.ts";
import { type Detector, type Examined, noMemory, quiet } from "./detector.ts";
import { isExempt } from "../../policy/exempt.ts";
import { actionSql, sqlText } from "./sql.ts";
import { secondsBetween, secondsSinceSql } from "./time.ts";

/**
 * An identity acts, or something acts within a chain, that was paused or revoked before: its guard was not asked, heard of it late
 * or fails open. Said at the first action after each such word, and again at the first one that changes something. Misses: what
 * had begun before.
 */
export const standingViolated: Detector = {
  id: "standing-violated",
  version: 1,
  family: "authority",
  newMemory: () => noMemory,
  examine: (examined) => {
    const { action } = examined;
    const { standing, said } = examined.standing;
    if (said === undefined || (standing !== "paused" && standing !== "revoked")) return quiet;
    if (isExempt(action.kind)) return quiet;
    const { operation, isRefused, startedAtUs } = action;
    const what = isRefused ? "tried" : action.mutating ? "changed" : "acted";
    const { atUs, author } = said;
    return [
      {
        name: standing,
        severity: severityOf(examined, standing),
        cause: `${standing}|${String(atUs)}|${what}`,
        tell: () => ({
          title: `${isRefused ? "tried" : "did"} ${operation} while ${standing}`,
          why: {
            standing,
            author,
            reason: said.value.reason,
            operation,
            refused: isRefused,
            seconds: secondsBetween(atUs, startedAtUs),
          },
          sql: `SELECT ${sqlText(standing)} AS standing, ${sqlText(author)} AS author, ${sqlText(said.value.reason)} AS reason, operation, (status = 'denied' OR decision_outcome = 'blocked')::Bool AS refused, ${secondsSinceSql(atUs)} AS seconds FROM v_actions WHERE ${actionSql(action)}`,
        }),
      },
    ];
  },
  learn: () => undefined,
};

/** What a guard stopped shows that it works, and that somebody goes on trying. */
function severityOf({ action }: Examined, standing: "paused" | "revoked"): Severity {
  if (action.isRefused) return "low";
  if (action.mutating) return standing === "revoked" ? "critical" : "high";
  return standing === "revoked" ? "high" : "medium";
}
