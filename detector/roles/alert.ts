import { deliver } from "../alert/deliver.ts";
import { destinations } from "../alert/index.ts";
import { sender } from "../alert/sender.ts";
import { DestinationSettings } from "../alert/settings.ts";
import { backlog, outbox } from "../store/outbox.ts";
import type { Database } from "../store/clickhouse.ts";
import type { Context } from "./context.ts";
import type { Sample } from "../telemetry.ts";
import { watchIntegrity } from "./integrity.ts";
import { openGivenStore } from "./open-store.ts";
import { openProbes } from "./probes.ts";
import { watchRevocations } from "./revocation.ts";
import { storeProblem } from "./store-problem.ts";
import { watch } from "./watch.ts";

/** Delivers alerts from the outbox until stopped, or until a newer sender takes over. */
export async function deliverAlerts(context: Context, database: Database): Promise<void> {
  const { config, clock, log, signal, telemetry, owner } = context;
  if (config.alerts.webhooks.length === 0) return;
  void watchBacklog(context, database);
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

/** Shows how much each destination has not been told yet. */
async function watchBacklog(context: Context, database: Database): Promise<void> {
  const { config, clock, signal, telemetry } = context;
  const known = new Map<string, Awaited<ReturnType<typeof backlog>>>();
  const samples = (read: (found: Awaited<ReturnType<typeof backlog>>) => number) => (): readonly Sample[] =>
    [...known].map(([destination, found]) => ({ labels: { destination }, value: read(found) }));
  telemetry.gauge(
    "answerable_alert_pending",
    samples(({ alerts }) => alerts),
  );
  telemetry.gauge(
    "answerable_alert_pending_age_seconds",
    samples(({ alerts, oldestAtUs }) =>
      alerts === 0 ? 0 : Math.max(0, clock.nowMs() - oldestAtUs / 1000) / 1000,
    ),
  );
  await watch(context, signal, "what the destinations wait for", async () => {
    for (const { name } of config.alerts.webhooks) known.set(name, await backlog(database, name));
  });
}

/** The role `alert`: outbox → destinations, and the look for lost telemetry. One is active; a newer one takes over. */
export async function alert(context: Context): Promise<void> {
  const store = await openGivenStore(context);
  try {
    const { config, log } = context;
    if (config.alerts.webhooks.length === 0)
      log("warn", "no destination is configured under alerts.webhooks; nobody is told of findings");
    log("info", "delivering alerts", {
      destinations: config.alerts.webhooks.map((one) => one.name).join(","),
    });
    const probes = await openProbes(context, "alert", () => storeProblem(context, store.database));
    try {
      await Promise.all([
        deliverAlerts(context, store.database),
        watchIntegrity(context, store.database),
        watchRevocations(context, store.database),
      ]);
    } finally {
      await probes.stop();
    }
  } finally {
    await store.stop();
  }
}
