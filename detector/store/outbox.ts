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
    pending: (destinations, limit) => pending(database, destinations, limit),
    record: (attempts) => database.insert("alert_deliveries", attempts.map(attemptRow)),
  };
}

interface PendingRow {
  readonly tenant: string;
  readonly alert_id: string;
  readonly episode_id: string;
  readonly at_us: number;
  readonly body: string;
  readonly attempts: readonly (readonly [string, number, number, "delivered" | "failed" | "abandoned", number, string, number])[];
}

async function pending(database: Database, destinations: readonly string[], limit: number): Promise<readonly PendingAlert[]> {
  const rows = await database.query<PendingRow>(
    `WITH last AS (
       SELECT tenant, alert_id, destination, max(attempt) AS n, argMax(d.at, d.attempt) AS at, argMax(d.outcome, d.attempt) AS outcome,
         argMax(d.status, d.attempt) AS status, argMax(d.error, d.attempt) AS error, argMax(d.next_at, d.attempt) AS next_at
       FROM alert_deliveries AS d WHERE destination IN {destinations:Array(String)} GROUP BY tenant, alert_id, destination)
     SELECT a.tenant AS tenant, a.alert_id AS alert_id, a.episode_id AS episode_id, toUnixTimestamp64Micro(a.at) AS at_us, a.body AS body,
       arrayFilter(x -> x.1 != '', groupArray((l.destination, l.n, toUnixTimestamp64Milli(l.at), toString(l.outcome), l.status, l.error, toUnixTimestamp64Milli(l.next_at)))) AS attempts
     FROM alerts AS a FINAL LEFT JOIN last AS l ON l.tenant = a.tenant AND l.alert_id = a.alert_id
     GROUP BY tenant, alert_id, episode_id, at_us, body
     HAVING countIf(l.outcome IN ('delivered', 'abandoned')) < length({destinations:Array(String)})
     ORDER BY at_us, alert_id LIMIT {limit:UInt32}`,
    { destinations: [...destinations], limit },
  );
  return rows.map((row) => ({
    alert: { id: row.alert_id, tenant: row.tenant, episodeId: row.episode_id, atUs: row.at_us, body: row.body },
    attempts: row.attempts.map(([destination, attempt, atMs, outcome, status, error, nextAtMs]) => ({
      alertId: row.alert_id,
      tenant: row.tenant,
      destination,
      attempt,
      atMs,
      outcome,
      status,
      error,
      nextAtMs,
    })),
  }));
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
