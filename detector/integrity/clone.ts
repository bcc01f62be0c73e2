import {
  citedColumns,
  type Counted,
  identitiesSql,
  instantSql,
  namesSql,
  type ProcessName,
  processSql,
  type Suspicion,
  type Verdict,
} from "./suspicion.ts";

/** Lives of a process that ran at one time, or one that said a number twice. */
export interface Doubling {
  readonly name: ProcessName;
  readonly fromUs: number;
  readonly toUs: number;
  readonly cause: string;
  readonly atUs: number;
}

/** So often numbers must have gone back, other than to where they began, before two processes are believed. */
const turnsMin = 3;
/** A process that begins anew may have lost as many of its first spans. */
const beginningNumbers = 3;
/** Actions looked at; of more, the latest. */
const actionsMax = 20_000;

/**
 * Two processes under one name: numbers that two different spans carry, in an order of time that goes back and forth. A
 * process that began anew says its numbers twice as well, but goes back once, and to the beginning. Start and end of one
 * span may share a number. Does not see two processes whose numbers never meet: they are gaps.
 */
export function cloneSuspicion({ name, fromUs, toUs, cause, atUs }: Doubling): Suspicion {
  const where = `${processSql(name)} AND seq >= 0 AND started_at >= ${instantSql(fromUs)} AND ended_at <= ${instantSql(toUs)}`;
  const latest = `SELECT seq, trace_id, span_id, action_id, ended_at FROM v_actions WHERE ${where} ORDER BY ended_at DESC, action_id LIMIT 1 BY trace_id, span_id, seq LIMIT ${String(actionsMax)}`;
  const doubled = `SELECT seq FROM (${latest}) GROUP BY seq HAVING uniqExact((trace_id, span_id)) > 1`;
  const inOrder = `arrayMap(one -> one.2, arraySort(groupArray((ended_at, toInt64(seq)))))`;
  return {
    rule: "telemetry-clone",
    version: 1,
    name,
    cause,
    atUs,
    sql: `SELECT ${namesSql(name)}, uniqExactIf(seq, isDoubled) AS numbers, countIf(isDoubled) AS actions, minIf(seq, isDoubled) AS fromSeq, maxIf(seq, isDoubled) AS toSeq, arrayCount((step, number) -> step <= 0 AND number > arrayMin(${inOrder}) + ${String(beginningNumbers)}, arrayDifference(${inOrder}), ${inOrder}) AS turns, toString(min(ended_at)) AS firstAt, toString(max(ended_at)) AS lastAt, ${identitiesSql(where)} FROM (SELECT *, seq IN (${doubled}) AS isDoubled FROM (${latest}))`,
    citedSql: `SELECT ${citedColumns} FROM v_actions WHERE ${where} AND seq IN (${doubled}) ORDER BY seq, action_id LIMIT 4`,
    judge: cloneVerdict,
  };
}

function cloneVerdict({ process, numbers, turns, fromSeq, toSeq }: Counted): Verdict | undefined {
  if (Number(numbers) === 0 || Number(turns) < turnsMin) return undefined;
  return {
    severity: "high",
    title: `two processes call themselves ${String(process)}: ${String(numbers)} numbers from ${String(fromSeq)} to ${String(toSeq)} are on two different spans`,
  };
}
