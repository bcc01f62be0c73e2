import {
  citedColumns,
  type Counted,
  identitiesSql,
  instantMsSql,
  namesSql,
  type ProcessName,
  processSql,
  type Suspicion,
  type Verdict,
} from "./suspicion.ts";

/** A process that said nothing for a while. */
export interface Silence {
  readonly name: ProcessName;
  /** When the log took its last record. */
  readonly lastReceivedAtMs: number;
  readonly atUs: number;
  /** Starts before this are not looked at. */
  readonly sinceMs: number;
}

/**
 * A process that fell silent in the middle of a task: an action of it (an agent's run as well) said that it began, and
 * neither its end nor anything else came. Does not see a process that tells only ends.
 */
export function silentSuspicion({ name, lastReceivedAtMs, atUs, sinceMs }: Silence): Suspicion {
  const process = processSql(name);
  const until = instantMsSql(lastReceivedAtMs);
  const had = `${process} AND received_at BETWEEN ${instantMsSql(sinceMs)} AND ${until}`;
  const open = `SELECT trace_id, span_id, argMin(operation, started_at) AS what, min(started_at) AS began FROM v_actions WHERE ${had} GROUP BY trace_id, span_id HAVING countIf(phase = 'start') > 0 AND countIf(phase = 'end') = 0`;
  const again = `SELECT if(count() = 0, '', toString(min(received_at))) FROM v_process_sequences WHERE ${process} AND received_at > ${until}`;
  return {
    rule: "telemetry-silent",
    version: 1,
    name,
    cause: String(lastReceivedAtMs),
    atUs,
    sql: `SELECT ${namesSql(name)}, count() AS open, toString(min(began)) AS openSince, argMin(what, (began, span_id)) AS operation, toString(${until}) AS lastHeardAt, (${again}) AS heardAgainAt, ${identitiesSql(had)} FROM (${open})`,
    citedSql: `SELECT ${citedColumns} FROM v_actions WHERE ${had} AND phase = 'start' AND (trace_id, span_id) NOT IN (SELECT trace_id, span_id FROM v_actions WHERE ${had} AND phase = 'end') ORDER BY started_at, action_id LIMIT 5`,
    judge: silentVerdict,
  };
}

function silentVerdict({
  process,
  open,
  operation,
  lastHeardAt,
  heardAgainAt,
}: Counted): Verdict | undefined {
  if (open === 0) return undefined;
  return heardAgainAt === ""
    ? {
        severity: "medium",
        title: `${String(process)} fell silent in the middle of ${String(operation)} at ${String(lastHeardAt)}`,
      }
    : {
        severity: "info",
        title: `${String(process)} was silent in the middle of ${String(operation)} from ${String(lastHeardAt)} to ${String(heardAgainAt)}`,
      };
}
