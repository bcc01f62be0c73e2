import { isExempt } from "../../policy/exempt.ts";
import { type Fingerprint, fingerprintOf } from "../learn/fingerprint.ts";
import { Streak } from "../learn/streak.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, quiet } from "./detector.ts";
import { actionSql, sqlText } from "./sql.ts";

/** From so many on, nobody takes it for bad luck. */
const failuresMin = 5;

type Memory = Readonly<Record<"failing", Streak>>;

/**
 * The same call of the same thing failed again and again: something is set up wrongly, which is worth knowing before anything is made
 * of what else is said of it. Misses: failures of several calls in turn, and those of which the sender doesn't tell.
 */
export const repeatedErrors: Detector<Memory> = {
  id: "repeated-errors",
  version: 1,
  family: "behaviour",
  newMemory: () => ({ failing: new Streak() }),
  examine: ({ action }, { failing }) => {
    if (failing.count < failuresMin - 1 || action.isOk || !failing.isOf(callOf(action))) return quiet;
    const { operation, resourceId = "" } = action;
    const failures = failing.count + 1;
    return [
      {
        name: "same call",
        severity: "info",
        cause: String(fingerprintOf(`${operation}\0${resourceId}`).high),
        evidence: ["sequence"],
        tell: () => ({
          title: `${operation} of the same thing failed ${String(failures)} times in a row`,
          why: { operation, failures },
          sql: sqlOf(action, failing.since),
        }),
      },
    ];
  },
  learn: ({ action }, { failing }) => {
    if (isExempt(action.kind) || (action.isOk && failing.count === 0)) return;
    const call = callOf(action);
    if (!action.isOk) failing.add(call, action.ordinal);
    else if (failing.isOf(call)) failing.end();
  },
};

const callOf = ({ operation, resourceId = "" }: ActionView): Fingerprint =>
  fingerprintOf(`${operation}\0${resourceId}`);

function sqlOf(action: ActionView, since: number): string {
  const here = `SELECT operation FROM v_actions WHERE ${actionSql(action)}`;
  const same = `operation = ${sqlText(action.operation)} AND resource_id = ${sqlText(action.resourceId ?? "")}`;
  const before = `SELECT count() + 1 AS failures FROM v_actions WHERE {before} AND ordinal >= ${String(since)} AND ${same} AND status != 'ok'`;
  return `SELECT operation, failures FROM (${here}) AS said CROSS JOIN (${before}) AS before`;
}
