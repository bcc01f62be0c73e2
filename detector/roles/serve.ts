import { openKafka } from "../ingest/kafka.ts";
import { type ControlTopic, openControlTopic } from "../ingest/topics.ts";
import type { SpanSink } from "../ingest/ports.ts";
import { type RunningServer, startHttpServer } from "../ingest/server.ts";
import { apiHandler } from "../serve/api.ts";
import type { Database } from "../store/clickhouse.ts";
import { policyReader } from "../store/policy-read.ts";
import { storeReader } from "../store/read.ts";
import { type Context, stopped } from "./context.ts";
import { brokersOf, kafkaAround } from "./kafka-config.ts";
import { openGivenStore } from "./open-store.ts";
import { openPolicy, type PolicyLogs } from "./policy.ts";
import { openProbes } from "./probes.ts";
import { storeProblem } from "./store-problem.ts";

/** Starts the HTTP side: the receiver in front of `sink`, and the API over the store and what was decided. */
export async function startServer(
  context: Context,
  database: Database,
  logs: PolicyLogs,
  sink: SpanSink,
): Promise<RunningServer> {
  const { config, clock, log, telemetry } = context;
  const policy = await openPolicy(context, database, logs);
  const handler = apiHandler({
    reader: storeReader(database, config.clickhouse.database),
    policyReader: policyReader(database),
    control: logs.control,
    policy: policy.routes,
    problem: () => storeProblem(context, database),
    metrics: () => telemetry.renderPrometheus(),
    nowMs: () => clock.nowMs(),
    log,
    onAnswered: (route, status, seconds) =>
      telemetry.observe("answerable_http_request_duration_seconds", seconds, { route, code: String(status) }),
  });
  try {
    const server = await startHttpServer({ config, sink, handler, clock, log, counters: telemetry });
    const stop = async (): Promise<void> => {
      await policy.stop();
      await server.stop();
    };
    return { url: server.url, stop };
  } catch (error) {
    await policy.stop();
    throw error;
  }
}

/** This role takes no spans: they go to a collector, or to the raw topic. */
const noSink: SpanSink = {
  accept: async () => ({
    kind: "refused",
    message: "this service takes no spans; send them to a collector or to the raw topic",
  }),
};

/** The role `serve`: the HTTP API over ClickHouse; what people decide goes to `nhi.control`. */
export async function serve(context: Context): Promise<void> {
  const { config, clock, log, signal } = context;
  const { topics } = brokersOf(config);
  const store = await openGivenStore(context);
  const kafka = openKafka(config.kafka, kafkaAround(context));
  try {
    await kafka.need([topics.control, topics.standings]);
    const open = (topic: string): Promise<ControlTopic> =>
      openControlTopic(kafka, topic, log, () => clock.sleep(50));
    const [control, standings] = await Promise.all([open(topics.control), open(topics.standings)]);
    const server = await startServer(context, store.database, { control, standings }, noSink);
    const probes = await openProbes(context, "serve", () => storeProblem(context, store.database));
    log("info", "serving", { url: server.url });
    try {
      await Promise.race([control.ended, standings.ended, stopped(signal)]);
    } finally {
      await probes.stop();
      await server.stop();
      await control.stop();
      await standings.stop();
    }
  } finally {
    await kafka.close();
    await store.stop();
  }
}
