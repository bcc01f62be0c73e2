import type { Severity } from "../../schemas/index.ts";
import { sqlText } from "../detect/sql.ts";

/** A process as its client names it. */
export interface ProcessName {
  readonly tenant: string;
  readonly source: string;
  readonly process: string;
}

/** The numbers that explain a finding, as the store counted them. */
export type Counted = Readonly<Record<string, number | string>>;

/** Something a rule wants counted by the store; what it counts decides whether there is a finding and how grave it is. */
export interface Suspicion {
  readonly rule: "telemetry-gap" | "telemetry-silent" | "telemetry-clone";
  readonly version: number;
  readonly name: ProcessName;
  /** What makes it this finding and no other of the process. */
  readonly cause: string;
  /** Event time of the finding, microseconds since 1970. */
  readonly atUs: number;
  /** One row: the numbers of the finding's `why`. */
  readonly sql: string;
  /** Actions to cite: their id, identity, chain and session, at most a few. */
  readonly citedSql: string;
  readonly judge: (counted: Counted) => Verdict | undefined;
}

export interface Verdict {
  readonly severity: Severity;
  readonly title: string;
}

/** The condition that one process of one client is meant. */
export function processSql({ tenant, source, process }: ProcessName): string {
  return `tenant = ${sqlText(tenant)} AND source = ${sqlText(source)} AND process = ${sqlText(process)}`;
}

/** The names of a process as the first columns of a row of numbers. */
export function namesSql({ source, process }: ProcessName): string {
  return `${sqlText(process)} AS process, ${sqlText(source)} AS source`;
}

export const citedColumns = "action_id, identity_id, chain_id, session_id";

export const instantSql = (us: number): string => `fromUnixTimestamp64Micro(${String(us)}, 'UTC')`;
export const instantMsSql = (ms: number): string => `fromUnixTimestamp64Milli(${String(ms)}, 'UTC')`;

/** Names, most of them, of who acts in a process, under a condition on `v_actions`. */
export const identitiesSql = (where: string): string =>
  `(SELECT arrayStringConcat(arraySlice(arraySort(groupUniqArray(1000)(identity_id)), 1, 10), ', ') FROM v_actions WHERE ${where}) AS identities`;
