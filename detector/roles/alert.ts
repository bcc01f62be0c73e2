import { deliver } from "../alert/deliver.ts";
import { destinations } from "../alert/index.ts";
import { sender } from "../alert/sender.ts";
import { DestinationSettings } from "../alert/settings.ts";
import { outbox } from "../store/outbox.ts";
import type { Database } from "../store/clickhouse.ts";
import type { Context } from "./context.ts";
import { openGivenStore } from "./open-store.ts";

/** Delivers alerts from the outbox until stopped, or until a newer sender takes over. */
export async function deliverAlerts(context: Context, database: Database): Promise<void> {
  const { config, clock, log, signal, telemetry, owner } = context;
  if (config.alerts.webhooks.length === 0) return;
  const ended = await deliver({
    outbox: outbox(database, owner),
    destinations,
    settings: config.alerts.webhooks.map(({ name, url, secret, minSeverity }) =>
      DestinationSettings.parse({ name, url, secret, minSeverity }),
    ),
    send: sender(),
    clock,
    log,
    signal,
    onAttempt: ({ destination, outcome }) =>
      telemetry.count("answerable_alert_attempts_total", { destination, outcome }),
  });
  if (ended === "fenced")
    log("warn", "another process delivers the alerts now; this one has stopped doing so");
}

/** The role `alert`: outbox → destinations. One is active; a newer one takes over. */
export async function alert(context: Context): Promise<void> {
  const store = await openGivenStore(context);
  try {
    if (context.config.alerts.webhooks.length === 0)
      throw new Error("no destination is configured; add one under alerts.webhooks");
    context.log("info", "delivering alerts", {
      destinations: context.config.alerts.webhooks.map((one) => one.name).join(","),
    });
    await deliverAlerts(context, store.database);
  } finally {
    await store.stop();
  }
}
