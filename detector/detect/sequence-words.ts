import type { ActionView } from "./action-view.ts";
import type { Examined, Signal } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** Part of every finding's id and of what is noted on actions. */
export const sequenceId = "sequence";
export const outOfTurn = "out of turn";
/** Noted where another detector told of an action: the rest of the session is not learned. */
export const leftOut = "left out";

const prompted = ["prompt", "system"];

export const isPrompted = (action: ActionView, code: number): boolean =>
  prompted.includes(action.textOf(code));

/** What the action came after, and where counting begins. */
export interface After {
  /** Operation, "" at the beginning of a session. */
  readonly name: string;
  /** Ordinal from which on its followers were counted; undefined of one that none is remembered of. */
  readonly since: number | undefined;
  /** Ordinal from which on it is followed what the identity does. */
  readonly from: number;
  /** Sessions that rested while so many other actions came begin anew. */
  readonly restMax: number;
  /** Times that anything came after it, and that this did. */
  readonly met: number;
  readonly times: number;
}

/** The words and numbers of a finding. */
export function tellOf(
  { action, evidence }: Examined,
  after: After,
  { surprise, line, share }: { readonly surprise: number; readonly line: number; readonly share: number },
): ReturnType<Signal["tell"]> {
  const { operation } = action;
  const origin = originOf(action);
  const where = after.name === "" ? "as the first of a session" : `directly after ${after.name}`;
  const how = after.times === 0 ? "never before" : `${String(after.times)} times in ${String(after.met)}`;
  return {
    title: `${operation} ${where}, ${how}`,
    did: `${operation} ${where}`,
    why: {
      operation,
      origin,
      after: after.name,
      met: after.met,
      times: after.times,
      actions: evidence.actions,
    },
    sql: sqlOf(operation, origin, after),
    hintWhy: [
      `abuse: ${surprise.toFixed(2)} bits, told of from ${String(line)} on; ${(100 * share).toFixed(1)} % of this identity's sessions were expected to`,
    ],
  };
}

const originOf = (action: ActionView): string =>
  prompted.includes(action.resourceOrigin) ? prompted[0]! : action.resourceOrigin;

function sqlOf(operation: string, origin: string, { name, since, from, restMax }: After): string {
  const ofSession = "OVER (PARTITION BY session_id ORDER BY ordinal)";
  const told = [outOfTurn, leftOut].map((signal) => sqlText(`${sequenceId}/${signal}`)).join(", ");
  const cameFrom = `if(resource_origin IN (${prompted.map(sqlText).join(", ")}), ${sqlText(prompted[0]!)}, resource_origin)`;
  const all = `SELECT *, row_number() OVER (ORDER BY ordinal) AS nth FROM v_actions WHERE {before}`;
  const following = `SELECT ordinal, session_id, operation, ${cameFrom} AS origin, hasAny(signals, [${told}]) AS is_told, lagInFrame(operation) ${ofSession} AS previous, lagInFrame(nth) ${ofSession} AS previous_nth, previous_nth = 0 OR nth - previous_nth > ${String(restMax)} AS begins FROM (${all}) WHERE kind != 'model_call' AND ordinal >= ${String(from)}`;
  const inRuns = `SELECT *, sum(begins) ${ofSession} AS run, if(begins, '', previous) AS after_what FROM (${following})`;
  const left = `SELECT *, max(is_told) OVER (PARTITION BY session_id, run ORDER BY ordinal) AS is_left_out FROM (${inRuns})`;
  const isCounted = `NOT is_left_out AND after_what = ${sqlText(name)} AND ordinal >= ${String(since ?? 0)}${since === undefined ? " AND 0" : ""}`;
  const counts = `SELECT countIf(${isCounted}) AS met, countIf(${isCounted} AND operation = ${sqlText(operation)} AND origin = ${sqlText(origin)}) AS times FROM (${left})`;
  return `SELECT ${sqlText(operation)} AS operation, ${sqlText(origin)} AS origin, ${sqlText(name)} AS after, met, times, actions FROM (${counts}) AS counts CROSS JOIN (SELECT count() AS actions FROM v_actions WHERE {before}) AS whole`;
}
