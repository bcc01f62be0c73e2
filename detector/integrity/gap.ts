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

/** Numbers missing between two seen ones of one life of a process. */
export interface MissingNumbers {
  readonly name: ProcessName;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The time of the life, so that another life's same numbers don't count. */
  readonly lifeFromUs: number;
  readonly lifeToUs: number;
  readonly atUs: number;
  /** The first number that was missing when it was first told: it names the finding, and stays when numbers come late. */
  readonly cause: string;
}

/** Actions looked at on each side for whom to name. */
const besideNumbers = 1000;

/**
 * Numbers of a process that are missing between numbers the store has had for a while: spans were lost or held back. Does
 * not see what was lost before the first or after the last number, nor spans without a number. A span that was rejected
 * is missing as well; the dead letters tell why.
 */
export function gapSuspicion(missing: MissingNumbers): Suspicion {
  const { name, fromSeq, toSeq, lifeFromUs, lifeToUs, atUs, cause } = missing;
  const process = processSql(name);
  const before = fromSeq - 1;
  const after = toSeq + 1;
  const inLife = `at BETWEEN ${instantSql(lifeFromUs)} AND ${instantSql(lifeToUs)}`;
  const seen = `SELECT seq, min(at) AS seen_at FROM v_process_sequences WHERE ${process} AND last_seq >= ${String(before)} AND first_seq <= ${String(after)} AND seq BETWEEN ${String(before)} AND ${String(after)} AND ${inLife} GROUP BY seq`;
  const around = `${process} AND seq BETWEEN ${String(Math.max(0, before - besideNumbers))} AND ${String(after + besideNumbers)}`;
  const inLifeToo = `ended_at BETWEEN ${instantSql(lifeFromUs)} AND ${instantSql(lifeToUs)}`;
  return {
    rule: "telemetry-gap",
    version: 1,
    name,
    cause,
    atUs,
    sql: `SELECT ${namesSql(name)}, ${String(toSeq - fromSeq + 1)} - countIf(seq NOT IN (${String(before)}, ${String(after)})) AS missing, arrayCount(step -> step > 1, arrayDifference(arraySort(groupArray(seq)))) AS gaps, ${String(fromSeq)} AS fromSeq, ${String(toSeq)} AS toSeq, toString(minIf(seen_at, seq = ${String(before)})) AS lastSeenAt, toString(minIf(seen_at, seq = ${String(after)})) AS seenAgainAt, ${identitiesSql(`${around} AND ${inLifeToo}`)} FROM (${seen})`,
    citedSql: `SELECT ${citedColumns} FROM v_actions WHERE ${around} AND ${inLifeToo} ORDER BY seq NOT IN (${String(before)}, ${String(after)}), abs(seq - ${String(before)}), action_id LIMIT 2`,
    judge: gapVerdict,
  };
}

function gapVerdict({ process, missing, fromSeq, toSeq, lastSeenAt, seenAgainAt }: Counted): Verdict {
  const wholly = `between ${String(lastSeenAt)} and ${String(seenAgainAt)}`;
  return missing === 0
    ? {
        severity: "info",
        title: `numbers ${String(fromSeq)} to ${String(toSeq)} of ${String(process)} came late; none is missing`,
      }
    : { severity: "medium", title: `${String(missing)} spans of ${String(process)} are missing ${wholly}` };
}
