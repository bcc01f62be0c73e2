import { gate } from "../../learn/evidence.ts";
import type { Baseline, Severity } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded, pastMax } from "./bounded.ts";
import { wholePast } from "./past.ts";
import { readUsual } from "./usual.ts";

/** Sessions shown. */
const riskiestMax = 5;

interface Known {
  readonly actions: number;
  readonly activeDays: number;
  readonly sessions: number;
  readonly stateBytes: number;
}

interface Lived {
  readonly stored: number;
  readonly firstAtUs: number;
  readonly lastAtUs: number;
}

const ofIdentity = "tenant = {tenant:String} AND identity_id = {identityId:String}";

/** What is known of an identity, but for its findings themselves; undefined when nothing is stored of it. */
export async function readBaseline(
  database: Database,
  tenant: string,
  identityId: string,
): Promise<Omit<Baseline, "findings"> | undefined> {
  const params = { tenant, identityId };
  const ask = <Row>(select: string): Promise<readonly Row[]> => database.query<Row>(bounded(select), params);
  const [lived] = await ask<Lived>(
    `SELECT count() AS stored, toUnixTimestamp64Micro(min(started_at)) AS firstAtUs, toUnixTimestamp64Micro(max(started_at)) AS lastAtUs
     FROM v_actions WHERE ${ofIdentity}`,
  );
  if (lived === undefined || lived.stored === 0) return undefined;
  const [known = { actions: 0, activeDays: 0, sessions: 0, stateBytes: 0 }] = await ask<Known>(
    `SELECT actions, active_days AS activeDays, sessions, state_bytes AS stateBytes FROM v_baselines
     WHERE ${ofIdentity} ORDER BY actions DESC LIMIT 1`,
  );
  const severities = await ask<{ severity: Severity; findings: number }>(
    `SELECT severity, count() AS findings FROM v_findings WHERE ${ofIdentity} GROUP BY severity ORDER BY severity`,
  );
  const riskiest = await ask<Baseline["riskiest"][number]>(
    `SELECT session_id AS sessionId, toUnixTimestamp64Micro(started_at) AS startedAtUs, findings, round(score, 2) AS score
     FROM v_sessions WHERE ${ofIdentity} AND (findings > 0 OR score > 0)
     ORDER BY score DESC, findings DESC, started_at DESC, session_id LIMIT ${String(riskiestMax)}`,
  );
  const usual = await readUsual(database, {
    past: wholePast(tenant, identityId),
    place: "true",
    aspects: ["operation", "resource", "resource kind", "origin", "network", "hour"],
    here: {},
  });
  const { actions, activeDays, sessions, stateBytes } = known;
  return {
    identityId,
    tenant,
    actions,
    activeDays,
    sessions,
    stateBytes,
    gateOpen: actions >= gate.actions && activeDays >= gate.days && sessions >= gate.sessions,
    firstAtUs: lived.firstAtUs,
    lastAtUs: lived.lastAtUs,
    isCut: lived.stored > pastMax,
    usual,
    severities: Object.fromEntries(severities.map(({ severity, findings }) => [severity, findings])),
    riskiest,
  };
}
