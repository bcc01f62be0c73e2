import { startHttpServer } from "../ingest/server.ts";
import type { RoleName } from "../metrics.ts";
import { routeHandler } from "../serve/handler.ts";
import { serviceRoutes } from "../serve/service-routes.ts";
import type { Counters } from "../telemetry.ts";
import type { Context } from "./context.ts";

/** Where a role is asked unless `telemetry.listen` says otherwise; `up` and `serve` answer at `http.listen` anyway. */
const defaults: Readonly<Partial<Record<RoleName, string>>> = {
  process: "127.0.0.1:9464",
  detect: "127.0.0.1:9465",
  alert: "127.0.0.1:9466",
};

/** Scrapers and probes are few. */
const connectionsMax = 64;

/** Questions about the service are no work of the service. */
const uncounted: Counters = {
  count: () => undefined,
  observe: () => undefined,
  gauge: () => undefined,
};

/**
 * Answers /metrics, /healthz and /readyz beside a role, with the receiver's limits against slow clients. Throws one sentence
 * when it can't listen.
 *
 * @param problem why the role can't do its work now; undefined when it can.
 */
export async function openProbes(
  context: Context,
  role: RoleName,
  problem: () => Promise<string | undefined>,
): Promise<{ stop(): Promise<void> }> {
  const { config, clock, log, telemetry } = context;
  const listen = config.telemetry.listen ?? defaults[role] ?? "off";
  if (listen === "off") return { stop: async () => undefined };
  const metrics = (): Promise<string> => telemetry.renderPrometheus();
  const server = await startHttpServer({
    config: { ...config, http: { ...config.http, listen, connectionsMax } },
    setting: "telemetry.listen",
    handler: routeHandler(serviceRoutes({ problem, metrics }), {
      log,
      nowMs: () => clock.nowMs(),
      onAnswered: () => undefined,
    }),
    clock,
    log,
    counters: uncounted,
  });
  log("info", "answering /metrics, /healthz and /readyz", { role, url: server.url });
  return server;
}
