import { type OperationClass, operationClasses } from "../../schemas/index.ts";
import { targetsMax } from "../learn/bursts.ts";
import { daysMax } from "../learn/evidence.ts";
import type { ActionView } from "./action-view.ts";
import { actionSql, sqlText } from "./sql.ts";

export const hourUs = 3_600_000_000;
/** Programs and networks remembered of an identity; who uses more can't be told by them. */
export const programsMax = 16;
export const networksMax = 64;

/** Each with the place of its bit. */
export const tactics = [...new Set(Object.values(operationClasses).map(({ tactic }) => tactic))].toSorted();

/** Tactics whose operations become graver by being done to many targets. */
export const cameInBulk: ReadonlySet<OperationClass["tactic"]> = new Set([
  "collection",
  "credentials",
  "exfiltration",
  "impact",
]);

/** Errors that say no: rights that are missing, and limits that whoever takes machines for himself runs into. */
export const refusedWords = "AccessDenied|Unauthorized|Forbidden|NotAuthorized|LimitExceeded";

/** The most that each thing adds. Names of programs are a sender's word, so none of them decides alone. */
const placeMax = 3;
const burstMax = 3;
const refusedBits = 2;
/**
 * Programs that set up infrastructure do everything, and many times. A name is easily given, so it takes away no more than this, and that
 * only once so much was learned of the program: 100 actions.
 */
const plannedMax = 4;
const plannedPerDoubling = 0.6;
const byServiceBits = 2;

/** What is known around an operation of a class. */
export interface Seen {
  readonly name: string;
  readonly kind: OperationClass;
  readonly program: string;
  /** What kind of program that is: console, infrastructure, service, program, or nothing. */
  readonly means: string;
  readonly isPerson: boolean;
  /** Actions learned of the identity, and those with this program. */
  readonly actions: number;
  readonly byProgram: number;
  /** Actions learned from known networks, and how many networks; none where the network is not new. */
  readonly placed: number;
  readonly networks: number;
  /** Other tactics served with this program in this hour and the one before. */
  readonly tactics: number;
  /** Different targets of this class in this hour. */
  readonly targets: number;
  /** Earlier days on which it was done with this program. */
  readonly days: number;
  readonly isRefused: boolean;
}

/**
 * How telling it is, in bits: the class, and what speaks for and against. `sqlOf` says the same in SQL. Without its place, that is what
 * can be said of anybody; the place rests on a habit.
 */
export function weigh(seen: Seen, withPlace = true): number {
  const { kind, means, actions, byProgram, placed, networks, isRefused } = seen;
  const byService = means === "service";
  const program = clamped(Math.log2((actions + 1) / (byProgram + 1)));
  const network = placed === 0 ? 0 : clamped(Math.log2((placed + 1) / Math.max(1, networks)));
  const place = byService || !withPlace ? 0 : Math.min(placeMaxOf(seen), program + network);
  const around = isPlain(seen) ? 0.5 * Math.min(4, seen.tactics) : 0;
  const burst = isPlain(seen) ? Math.min(burstMax, Math.log2(seen.targets)) : 0;
  const vain = isRefused && kind.bits > 0 ? refusedBits : 0;
  const planned = byService
    ? byServiceBits
    : means === "infrastructure"
      ? Math.min(plannedMax, plannedPerDoubling * Math.log2(1 + byProgram))
      : 0;
  const habit = 1.5 * Math.log2(Math.max(1, Math.min(daysMax, seen.days)));
  return Math.max(0, kind.bits + place + around + burst + vain - planned - habit);
}

const clamped = (bits: number): number => Math.min(placeMax, Math.max(0, bits));

/** People change their place and their tools; what runs by itself hardly does. */
const placeMaxOf = ({ isPerson }: Seen): number => (isPerson ? placeMax : 2 * placeMax);

/** Whether it is done for somebody, and not by the cloud itself. */
const isPlain = ({ kind, means }: Seen): boolean => kind.bits > 0 && means !== "service";

const programSql = "attributes['user_agent.name']";
const classSql = "attributes['nhi.action.class']";
const hourSql = `intDiv(toUnixTimestamp64Micro(started_at), ${String(hourUs)})`;
const daySql = `intDiv(toUnixTimestamp64Micro(started_at), ${String(24 * hourUs)})`;
const telling = Object.entries(operationClasses).filter(([, { bits }]) => bits > 0);
const tacticSql = `transform(${classSql}, [${telling.map(([name]) => sqlText(name)).join(", ")}], [${telling.map(([, { tactic }]) => sqlText(tactic)).join(", ")}], '')`;

/** The numbers of `Seen`, recounted, and their sum. */
export function sqlOf(action: ActionView, seen: Seen): string {
  const { kind, means, name, program } = seen;
  const literals = [
    `${sqlText(name)} AS class`,
    `${sqlText(kind.tactic)} AS tactic`,
    `${sqlText(kind.techniques.join(", "))} AS techniques`,
    `${String(kind.bits)} AS sensitivity`,
    `${sqlText(program)} AS program`,
  ];
  const counted = [
    `if(habit.programs > ${String(programsMax)}, 0, habit.total) AS actions`,
    `if(habit.programs > ${String(programsMax)}, 0, habit.own) AS byProgram`,
    "if(habit.isNew, habit.placedAll, 0) AS placed",
    "if(habit.isNew, habit.networksAll, 0) AS networks",
    "near.tactics AS tactics",
    "near.targets AS targets",
    `least(${String(daysMax)}, habit.daysAll) AS days`,
    "toBool(said.refused) AS refused",
  ];
  const place =
    means === "service"
      ? "0"
      : `least(${String(placeMaxOf(seen))}, ${clampedSql("log2((actions + 1) / (byProgram + 1))")} + if(placed = 0, 0, ${clampedSql("log2((placed + 1) / greatest(1, networks))")}))`;
  const plain = isPlain(seen) ? `0.5 * least(4, tactics) + least(${String(burstMax)}, log2(targets))` : "0";
  const vain = kind.bits > 0 ? `if(refused, ${String(refusedBits)}, 0)` : "0";
  const planned =
    means === "service"
      ? String(byServiceBits)
      : means === "infrastructure"
        ? `least(${String(plannedMax)}, ${String(plannedPerDoubling)} * log2(1 + byProgram))`
        : "0";
  const bits = `round(greatest(0, sensitivity + ${place} + ${plain} + ${vain} - ${planned} - 1.5 * log2(greatest(1, days))), 2) AS bits`;
  return `SELECT ${[...literals, ...counted, bits].join(", ")} FROM (${habitSql(action, seen)}) AS habit CROSS JOIN (${nearSql(action, seen)}) AS near CROSS JOIN (${saidSql(action)}) AS said`;
}

const clampedSql = (bits: string): string => `least(${String(placeMax)}, greatest(0, ${bits}))`;

/** What was learned before: with which program, from which networks, on which days. */
function habitSql({ network, startedAtUs }: ActionView, { name, program }: Seen): string {
  const own = `${programSql} = ${sqlText(program)}`;
  const today = String(Math.floor(startedAtUs / (24 * hourUs)));
  const columns = [
    "count() AS total",
    `countIf(${own}) AS own`,
    `uniqExact(${programSql}) AS programs`,
    "countIf(network != '') AS placedAll",
    "uniqExactIf(network, network != '') AS networksAll",
    `${sqlText(network)} != '' AND countIf(network = ${sqlText(network)}) = 0 AND networksAll <= ${String(networksMax)} AS isNew`,
    `uniqExactIf(${daySql}, ${classSql} = ${sqlText(name)} AND ${own} AND ${daySql} < ${today}) AS daysAll`,
  ];
  return `SELECT ${columns.join(", ")} FROM v_actions WHERE {before} AND attributes['nhi.client.kind'] NOT IN ('', 'service')`;
}

/** What was done with the program in this hour and the one before; this goes on while baselines are frozen. */
function nearSql(action: ActionView, { name, kind, program }: Seen): string {
  const { topic, partition } = action.position;
  const { operation, resourceId = "" } = action;
  const hour = Math.floor(action.startedAtUs / hourUs);
  const other = `operation != ${sqlText(operation)} OR resource_id != ${sqlText(resourceId)}`;
  const targets = cameInBulk.has(kind.tactic)
    ? `least(${String(targetsMax)}, uniqExactIf((operation, resource_id), ${classSql} = ${sqlText(name)} AND ${hourSql} = ${String(hour)} AND (${other})) + 1)`
    : "1";
  const where = [
    `tenant = ${sqlText(action.tenant)}`,
    `identity_id = ${sqlText(action.identityId)}`,
    `topic = ${sqlText(topic)}`,
    `partition = ${String(partition)}`,
    `ordinal < ${String(action.ordinal)}`,
    "NOT clock_suspect AND phase != 'start'",
    `${programSql} = ${sqlText(program)}`,
    `${hourSql} IN (${String(hour - 1)}, ${String(hour)})`,
  ].join(" AND ");
  return `SELECT uniqExactIf(${tacticSql}, ${tacticSql} NOT IN ('', ${sqlText(kind.tactic)})) AS tactics, ${targets} AS targets FROM v_actions WHERE ${where}`;
}

/** Whether it was refused. */
function saidSql(action: ActionView): string {
  return `SELECT status = 'denied' OR decision_outcome = 'blocked' OR match(error_type, ${sqlText(refusedWords)}) AS refused FROM v_actions WHERE ${actionSql(action)}`;
}
