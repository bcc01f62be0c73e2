import { usPerHour } from "../learn/volume/day-book.ts";
import type { ActionView } from "./action-view.ts";
import { sqlText } from "./sql.ts";

/** Each measure over the actions of a day or an hour, in the order of the measures. */
const sums = [
  "count()",
  "countIf(mutating)",
  "countIf(kind = 'secret_read')",
  "uniqExactIf(resource_id, resource_id != '')",
  "sum(toUInt64OrZero(attributes['nhi.result.bytes']))",
];

/** What is new can be counted of these, in the order of the kinds of growth. */
const grownColumns = ["operation", "resource_id", "network"] as const;

/**
 * The actions that were counted up to this one, each with the hour since 1970 in which it was: the running end of all, as what comes
 * a little late counts where the identity had come to.
 */
export function countedSql(action: ActionView, since: number): string {
  const { topic, partition } = action.position;
  const mine = [
    `tenant = ${sqlText(action.tenant)}`,
    `identity_id = ${sqlText(action.identityId)}`,
    `topic = ${sqlText(topic)}`,
    `partition = ${String(partition)}`,
    `ordinal >= ${String(since)}`,
    `ordinal <= ${String(action.ordinal)}`,
    "NOT clock_suspect",
    "phase != 'start'",
  ].join(" AND ");
  const ended = `SELECT *, max(ended_at) OVER (ORDER BY ordinal) AS latest FROM v_actions WHERE ${mine}`;
  return `(SELECT *, intDiv(toUnixTimestamp(latest), ${String(usPerHour / 1e6)}) AS hour, intDiv(hour, 24) AS day FROM (${ended}) WHERE ended_at >= latest - INTERVAL 5 MINUTE)`;
}

/** Of those, what moved the habit. */
export const habitSql = (action: ActionView, since: number): string =>
  `(SELECT * FROM ${countedSql(action, since)} WHERE learned AND NOT has(signals, 'volume/hours') AND NOT has(signals, 'volume/weekday') AND ordinal < ${String(action.ordinal)})`;

interface Compared {
  readonly measure: number;
  readonly name: string;
  readonly anchor: readonly number[];
  readonly latest: readonly number[];
}

/** What today brought, beside the days of the anchor and those since. */
export function dayRiseSql(
  counted: string,
  day: number,
  { measure, name, anchor, latest }: Compared,
): string {
  const days = `SELECT day, ${sums[measure]!} AS n FROM ${counted} GROUP BY day`;
  return `SELECT ${sqlText(name)} AS measure, maxIf(n, day = ${String(day)}) AS count, ${medianSql(anchor)} AS usual, intDiv(sumIf(n, day IN (${listOf(latest)})), ${String(Math.max(1, latest.length))}) AS lately, countIf(day IN (${listOf(anchor)})) AS days FROM (${days})`;
}

/** What this hour brought, beside the busiest hours of the days of the anchor. */
export function hourRiseSql(counted: string, hour: number, { measure, name, anchor }: Compared): string {
  const hours = `SELECT day, hour, ${sums[measure]!} AS amount FROM ${counted} GROUP BY day, hour`;
  const days = `SELECT day, max(amount) AS n, maxIf(amount, hour = ${String(hour)}) AS here FROM (${hours}) GROUP BY day`;
  return `SELECT ${sqlText(name)} AS measure, max(here) AS count, ${medianSql(anchor)} AS usual, countIf(day IN (${listOf(anchor)})) AS days FROM (${days})`;
}

/** How many values were used since a day that were not known before it. */
export function growthSql(counted: string, kind: number, name: string, fromDay: number): string {
  const column = grownColumns[kind]!;
  const values = `SELECT ${column} AS value FROM ${counted} WHERE ${column} != '' GROUP BY value HAVING countIf(day >= ${String(fromDay)}) > 0 AND countIf(learned AND day < ${String(fromDay)}) = 0`;
  return `SELECT ${sqlText(name)} AS kind, count() AS news FROM (${values})`;
}

/** The middle one, the lower of two. */
const medianSql = (days: readonly number[]): string =>
  `arraySort(groupArrayIf(n, day IN (${listOf(days)})))[${String(Math.floor((days.length + 1) / 2))}]`;

const listOf = (days: readonly number[]): string => (days.length === 0 ? "-1" : days.join(", "));
