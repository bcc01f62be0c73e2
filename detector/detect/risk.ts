import { EvidenceKind, type Finding, type Severity } from "../../schemas/index.ts";
import { type RiskEntry, RiskEntries } from "../learn/risk-entries.ts";
import { type Detector, type Examined, quiet, type Signal } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** What a finding adds, by its severity. */
const pointsBySeverity: Readonly<Record<Severity, number>> = {
  info: 0,
  low: 3,
  medium: 15,
  high: 35,
  critical: 60,
};
/** Each kind of evidence beyond the first makes it weigh so much more. */
const perKind = 0.25;
/** What a finding weighs that rests on peers, as too little is known of the identity itself. */
const coldStart = 0.5;

/** Levels that are told when they are crossed, the lower first, and again only once the risk has fallen to half of it. */
const levels: readonly { readonly name: "high" | "critical"; readonly from: number }[] = [
  { name: "high", from: 60 },
  { name: "critical", from: 100 },
];

/** Findings that are summed; of an identity that little is known of, two, and none of low severity. */
const entriesMax = 16;
const entriesMaxUnderGate = 2;

type Memory = Readonly<Record<"risk", RiskEntries>>;

/**
 * What all the findings of an identity come to: each adds by severity and evidence, halves in a day, and counts half as much for each
 * that its rule said before. A crossing of a level is a finding, whose SQL names those it sums. Only a finding
 * of medium or more may cross one, and never one action alone, so that what is merely stored pages nobody. Misses: risk that is spread over the hops
 * of a chain, which no worker sees; the view v_chain_risk does.
 */
export const risk: Detector<Memory> = {
  id: "risk",
  version: 1,
  family: "correlation",
  newMemory: () => ({ risk: new RiskEntries() }),
  examine({ action, noticed }, memory) {
    if (noticed.length === 0 || memory.risk.crossedBy === "") return quiet;
    return memory.risk.crossedBy === action.id ? [signalOf(action, memory.risk)] : quiet;
  },
  learn: () => undefined,
  hear(finding, { gateOpen }, memory) {
    const points = pointsOf(finding);
    const sum = memory.risk;
    sum.crossedBy = sum.crossedBy === finding.actionIds[0] ? sum.crossedBy : "";
    if (
      points < (gateOpen ? pointsBySeverity.low : pointsBySeverity.medium * coldStart) ||
      finding.rule === risk.id
    )
      return;
    const before = sum.riskAt(finding.atUs);
    while (sum.told > 0 && before < levels[sum.told - 1]!.from / 2) sum.told -= 1;
    sum.add(finding, points, gateOpen ? entriesMax : entriesMaxUnderGate);
    if (finding.severity === "low" || !sum.areSeveral) return;
    const reached = levels.filter(({ from }) => sum.riskAt(finding.atUs) >= from).length;
    if (reached <= sum.told) return;
    sum.told = reached;
    sum.crossedBy = finding.actionIds[0] ?? "";
  },
};

function pointsOf({ severity, evidence, confidence }: Finding): number {
  const weight = 1 + perKind * Math.max(0, evidence.length - 1);
  return pointsBySeverity[severity] * weight * (confidence === "cold_start" ? coldStart : 1);
}

function signalOf({ tenant, identityId }: Examined["action"], sum: RiskEntries): Signal {
  const { entries, told } = sum;
  const { atUs, findingId } = entries.at(-1)!;
  const { name: level } = levels[told - 1]!;
  const kinds = EvidenceKind.options.filter((_, nth) =>
    entries.some((one) => (one.kinds & (1 << nth)) !== 0),
  );
  const total = Math.round(sum.riskAt(atUs) * 10) / 10;
  const rules = new Set(entries.map(({ rule }) => rule)).size;
  return {
    name: level,
    severity: level === "critical" && kinds.length < 2 ? "high" : level,
    cause: `${level}|${findingId}`,
    evidence: kinds,
    tell: () => ({
      title: `its risk reached ${String(total)}, which is ${level}: ${String(entries.length)} findings of ${String(rules)} rules`,
      did: `gave ${String(entries.length)} reasons for findings`,
      why: { level, risk: total, findings: entries.length, rules, kinds: kinds.length },
      sql: sqlOf({ tenant, identityId }, entries, level, atUs),
    }),
  };
}

/** The findings by id, as each adds to the sum. */
function sqlOf(
  { tenant, identityId }: { readonly tenant: string; readonly identityId: string },
  entries: readonly RiskEntry[],
  level: string,
  atUs: number,
): string {
  const ids = entries.map(({ findingId }) => sqlText(findingId)).join(", ");
  const severities = Object.keys(pointsBySeverity).map(sqlText).join(", ");
  const base = `transform(severity, [${severities}], [${Object.values(pointsBySeverity).join(", ")}], 0)`;
  const points = `${base} * (1 + ${String(perKind)} * greatest(0, toInt64(length(evidence)) - 1)) * if(confidence = 'cold_start', ${String(coldStart)}, 1)`;
  const nth = `row_number() OVER (PARTITION BY rule ORDER BY indexOf([${ids}], finding_id)) - 1`;
  const days = `greatest(0, ${String(atUs)} - toUnixTimestamp64Micro(at)) / 86400000000`;
  const each = `SELECT rule, evidence, ${points} * pow(0.5, ${nth}) * exp2(-${days}) AS counted FROM v_findings WHERE tenant = ${sqlText(tenant)} AND identity_id = ${sqlText(identityId)} AND finding_id IN (${ids})`;
  return `SELECT ${sqlText(level)} AS level, round(sum(counted), 1) AS risk, count() AS findings, uniqExact(rule) AS rules, uniqExactArray(evidence) AS kinds FROM (${each})`;
}
