import type { IdentityEntry, Severity } from "../../schemas/index.ts";
import { fingerprint } from "../attribute/ids.ts";
import { Marks } from "../learn/marks.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, quiet, type Signal } from "./detector.ts";
import { actionSql, sqlText } from "./sql.ts";
import { secondsBetween, secondsSinceSql } from "./time.ts";

/** Acts for which somebody must answer. */
const highRisk: ReadonlySet<string> = new Set([
  "secret_read",
  "secret_write",
  "permission_change",
  "credential_issue",
  "credential_revoke",
]);

/** Environments by the two sides that should not share an identity. */
const production = /^(?:prod|live)/iu;
const productionSql = "match(environment, '(?i)^(prod|live)')";
const sides = { production: fingerprintOf("production"), other: fingerprintOf("other") } as const;
/** Names that are remembered; others stand on no side. */
const plainName = /^[ -~]{1,48}$/u;
const plainSql = "match(environment, '^[ -~]{1,48}$')";
/** A longer name stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

type Memory = Readonly<Record<"sides", Marks>>;

/**
 * An identity acts that was offboarded, that belongs elsewhere or in production and outside of it alike, or for which nobody answers
 * where others have an owner. Misses: names of environments that don't begin with `prod` or `live`, and what a name shared by
 * several services says (`inferred`), which is in many environments by its nature.
 */
export const identityLifecycle: Detector<Memory> = {
  id: "identity-lifecycle",
  version: 1,
  family: "authority",
  newMemory: () => ({ sides: new Marks() }),
  examine: (examined, memory) => {
    const { action, decided } = examined;
    const { identities } = decided.book;
    const isRegister = identities.size > 0;
    const entry = isRegister ? identities.of(action.identityId)?.last(decided.control)?.value : undefined;
    const { environment } = action;
    const signals: Signal[] = [];
    if (entry?.offboardedAt !== undefined)
      addOffboarded(signals, action, Date.parse(entry.offboardedAt) * 1000);
    if (isRegister && (entry?.owner ?? "") === "" && isUnowned(action)) signals.push(unowned(action));
    if (environment !== "") addEnvironment(signals, examined, { environment, entry, memory });
    return signals.length === 0 ? quiet : signals;
  },
  learn: ({ action }, memory) => {
    const { environment } = action;
    if (environment === "" || isKnown(memory, environment)) return;
    if (!plainName.test(environment) || action.strength === "inferred") return;
    const side = sideOf(environment);
    if (memory.sides.get(side) === undefined) memory.sides.put(side, action.ordinal, environment, 2);
  },
};

const sideOf = (environment: string): (typeof sides)["production"] =>
  production.test(environment) ? sides.production : sides.other;

/** Whether it is the very name by which a side is remembered, as it nearly always is. */
const isKnown = ({ sides: known }: Memory, environment: string): boolean =>
  known.get(sides.production)?.text === environment || known.get(sides.other)?.text === environment;

const isUnowned = (action: ActionView): boolean =>
  action.owner === "" && (highRisk.has(action.kind) || action.attribute("nhi.action.risk") === "high");

function addOffboarded(signals: Signal[], action: ActionView, atUs: number): void {
  const { operation, startedAtUs } = action;
  if (startedAtUs < atUs) return;
  const severity: Severity = action.isRefused ? "low" : action.mutating ? "critical" : "high";
  signals.push({
    name: "offboarded",
    severity,
    cause: `offboarded|${String(atUs)}|${severity}`,
    tell: () => ({
      title: `did ${operation} after it was offboarded`,
      why: { problem: "offboarded", operation, seconds: secondsBetween(atUs, startedAtUs) },
      sql: `SELECT 'offboarded' AS problem, operation, ${secondsSinceSql(atUs)} AS seconds FROM v_actions WHERE ${actionSql(action)}`,
    }),
  });
}

function unowned(action: ActionView): Signal {
  const { operation, kind } = action;
  return {
    name: "unowned",
    severity: "low",
    cause: "unowned",
    tell: () => ({
      title: `does ${operation}, and nobody answers for it`,
      why: { problem: "unowned", operation, kind },
      sql: `SELECT 'unowned' AS problem, operation, kind FROM v_actions WHERE ${actionSql(action)}`,
    }),
  };
}

interface Place {
  readonly environment: string;
  readonly entry: IdentityEntry | undefined;
  readonly memory: Memory;
}

function addEnvironment(
  signals: Signal[],
  { action }: Examined,
  { environment, entry, memory }: Place,
): void {
  const declared = entry?.environments ?? [];
  if (declared.length > 0) {
    if (!declared.includes(environment)) signals.push(elsewhere(action, environment, declared));
    return;
  }
  const { size } = memory.sides;
  if (size === 0 || (size === 1 && isKnown(memory, environment))) return;
  if (action.strength === "inferred" || !plainName.test(environment)) return;
  const opposite = sideOf(environment) === sides.production ? sides.other : sides.production;
  const other = memory.sides.get(opposite);
  if (other !== undefined) signals.push(twoEnvironments(action, environment, other.text));
}

function elsewhere(action: ActionView, environment: string, declared: readonly string[]): Signal {
  const { operation } = action;
  const belongs = declared.join(", ");
  return {
    name: "elsewhere",
    severity: action.isRefused ? "low" : "high",
    cause: `elsewhere|${environment.length > causeCharsMax ? fingerprint(environment) : environment}`,
    tell: () => ({
      title: `acts in ${environment}, where it doesn't belong`,
      why: { problem: "elsewhere", operation, environment, belongs },
      sql: `SELECT 'elsewhere' AS problem, operation, attributes['deployment.environment.name'] AS environment, ${sqlText(belongs)} AS belongs FROM v_actions WHERE ${actionSql(action)}`,
    }),
  };
}

/** Only a proven name is surely one identity: what is claimed may be a name that two deployments share. */
function twoEnvironments(action: ActionView, environment: string, other: string): Signal {
  const { operation } = action;
  return {
    name: "two_environments",
    severity: action.strength === "verified" ? "medium" : "low",
    cause: "two_environments",
    tell: () => ({
      title: `acts in ${environment} and in ${other} alike`,
      why: { problem: "two_environments", operation, environment, other },
      sql: `SELECT 'two_environments' AS problem, operation, environment, other FROM (SELECT operation, attributes['deployment.environment.name'] AS environment FROM v_actions WHERE ${actionSql(action)}) AS here CROSS JOIN (SELECT argMin(environment, ordinal) AS other FROM (SELECT attributes['deployment.environment.name'] AS environment, ordinal FROM v_actions WHERE {before} AND strength != 'inferred') WHERE ${plainSql} AND ${productionSql} = ${production.test(other) ? "1" : "0"}) AS before`,
    }),
  };
}
