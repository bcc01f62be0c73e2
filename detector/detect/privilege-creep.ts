import type { Severity } from "../../schemas/index.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { Marks } from "../learn/marks.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, quiet } from "./detector.ts";
import { isExempt } from "../../policy/exempt.ts";
import { actionSql, sqlText } from "./sql.ts";

/** Runs remembered of an identity; fewer while little is known of it. */
const runsMax = 16;
const runsMaxUnderGate = 1;
/** In place of the ordinal with which a run began: it was told of. */
const told = "told";

type Memory = Readonly<Record<"runs", Marks>>;

/**
 * A run that worked inside the boundary of a grant for one task, session or time steps over it: the first step outside, by its number
 * since the first one inside. Misses: a run that never was inside, and grants that are bound to nothing but a scope.
 */
export const privilegeCreep: Detector<Memory> = {
  id: "privilege-creep",
  version: 1,
  family: "authority",
  newMemory: () => ({ runs: new Marks() }),
  examine: ({ action, authority }, { runs }) => {
    const { outcome } = authority;
    if (runs.size === 0 || outcome === "granted" || outcome === "no_grant" || isExempt(action.kind))
      return quiet;
    const run = runs.get(runOf(action));
    if (run === undefined || run.text === told) return quiet;
    const { sessionId, taskId, operation } = action;
    const severity: Severity = action.isRefused ? "medium" : "high";
    return [
      {
        name: outcome,
        severity,
        cause: `${sessionId}|${outcome}|${operation}`,
        tell: () => ({
          title: `step ${String(run.number + 1)}, ${operation}, leaves the boundary of its grant`,
          why: { boundary: outcome, operation, task: taskId, grant: authority.grantId, step: run.number + 1 },
          sql: sqlOf(action, run.text),
        }),
      },
    ];
  },
  learn: (examined, { runs }, signals) => {
    const { action, authority, evidence } = examined;
    if (action.sessionId === "" && action.taskId === "") return;
    const begins = authority.outcome === "granted" && isBound(examined);
    if (runs.size === 0 && !begins) return;
    const key = runOf(action);
    const run = runs.get(key);
    const max = evidence.gateOpen ? runsMax : runsMaxUnderGate;
    if (run !== undefined) runs.put(key, run.number + 1, signals.length > 0 ? told : run.text, max);
    else if (begins) runs.put(key, 1, String(action.ordinal), max);
  },
};

const runOf = ({ sessionId, taskId }: ActionView) => fingerprintOf(`${sessionId}\0${taskId}`);

/** Whether what it rests on was given for a task, a session or a time. */
function isBound({ action, authority, decided }: Examined): boolean {
  const version = decided.book.grants
    .get(authority.grantId)
    ?.versions.findLast((one) => one.position < decided.control && one.fromUs <= action.startedAtUs);
  if (version === undefined) return false;
  const { conditions, window } = version.grant;
  return conditions.task !== undefined || conditions.sessions !== undefined || window.until !== undefined;
}

/** The action, and how many steps of its run came before it. */
function sqlOf(action: ActionView, since: string): string {
  const here = `SELECT authority, operation, task_id, grant_id FROM v_actions WHERE ${actionSql(action)}`;
  const before = `SELECT count() + 1 AS step FROM v_actions WHERE {before} AND ordinal >= ${since} AND session_id = ${sqlText(action.sessionId)} AND task_id = ${sqlText(action.taskId)}`;
  return `SELECT authority AS boundary, operation, task_id AS task, grant_id AS grant, step FROM (${here}) AS said CROSS JOIN (${before}) AS before`;
}
