import type { DeliveryAttempt, Outbox, PendingAlert } from "../alert/ports.ts";
import { claim, newestGeneration } from "./claims.ts";
import type { Database } from "./clickhouse.ts";
import { instantMs } from "./rows.ts";

const subject = "alerts";

/** The outbox on ClickHouse: alerts without a final attempt are pending, and stay so through any crash. */
export function outbox(database: Database, owner: string): Outbox {
  return {
    claim: () => claim(database, subject, owner),
    owns: async (generation) => (await newestGeneration(database, subject)) === generation,
    pending: (destination, limit) => pending(database, destination, limit),
    record: (attempts) => database.insert("alert_deliveries", attempts.map(attemptRow)),
  };
}

interface PendingRow {
  readonly tenant: string;
  readonly alertId: string;
  readonly episodeId: string;
  readonly atUs: number;
  readonly body: string;
  readonly attempt: number;
  readonly attemptedAtMs: number;
  readonly outcome: DeliveryAttempt["outcome"];
  readonly status: number;
  readonly error: string;
  readonly nextAtMs: number;
}

/** The oldest alert of each episode that the destination has not been told of. One incident an episode: once told, never again. */
const pendingAlerts = `WITH tried AS (
       SELECT tenant, alert_id, max(d.attempt) AS attempt, argMax(d.at, d.attempt) AS at, argMax(d.outcome, d.attempt) AS outcome,
         argMax(d.status, d.attempt) AS status, argMax(d.error, d.attempt) AS error, argMax(d.next_at, d.attempt) AS next_at
       FROM alert_deliveries AS d WHERE destination = {destination:String} GROUP BY tenant, alert_id)
     SELECT a.tenant AS tenant, a.alert_id AS alertId, a.episode_id AS episodeId, toUnixTimestamp64Micro(a.at) AS atUs, a.body AS body,
       t.attempt AS attempt, toUnixTimestamp64Milli(t.at) AS attemptedAtMs, toString(t.outcome) AS outcome, t.status AS status,
       t.error AS error, toUnixTimestamp64Milli(t.next_at) AS nextAtMs
     FROM alerts AS a FINAL LEFT JOIN tried AS t ON t.tenant = a.tenant AND t.alert_id = a.alert_id
     WHERE t.outcome NOT IN ('delivered', 'abandoned') AND (a.tenant, a.episode_id) NOT IN (
       SELECT tenant, episode_id FROM alerts WHERE (tenant, alert_id) IN (
         SELECT tenant, alert_id FROM alert_deliveries WHERE destination = {destination:String} AND outcome = 'delivered'))
     ORDER BY atUs, alertId LIMIT 1 BY tenant, episodeId`;

async function pending(
  database: Database,
  destination: string,
  limit: number,
): Promise<readonly PendingAlert[]> {
  const rows = await database.query<PendingRow>(`${pendingAlerts} LIMIT {limit:UInt32}`, {
    destination,
    limit,
  });
  return rows.map((row) => pendingOf(row, destination));
}

/** How many alerts are pending for a destination, and when the event of the oldest was, microseconds since 1970; 0 for none. */
export async function backlog(
  database: Database,
  destination: string,
): Promise<{ readonly alerts: number; readonly oldestAtUs: number }> {
  const [found] = await database.query<{ alerts: number; oldestAtUs: number }>(
    `SELECT count() AS alerts, min(atUs) AS oldestAtUs FROM (${pendingAlerts})`,
    { destination },
  );
  return found ?? { alerts: 0, oldestAtUs: 0 };
}

function pendingOf(row: PendingRow, destination: string): PendingAlert {
  const { tenant, alertId, episodeId, atUs, body, attempt, attemptedAtMs, outcome, status, error, nextAtMs } =
    row;
  const last = {
    alertId,
    tenant,
    destination,
    attempt,
    atMs: attemptedAtMs,
    outcome,
    status,
    error,
    nextAtMs,
  };
  return {
    alert: { id: alertId, tenant, episodeId, atUs, body },
    lastAttempt: attempt === 0 ? undefined : last,
  };
}

function attemptRow(attempt: DeliveryAttempt): object {
  return {
    tenant: attempt.tenant,
    alert_id: attempt.alertId,
    destination: attempt.destination,
    attempt: attempt.attempt,
    at: instantMs(attempt.atMs),
    outcome: attempt.outcome,
    status: attempt.status,
    error: attempt.error,
    next_at: instantMs(attempt.nextAtMs),
  };
}
