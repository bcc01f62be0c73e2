import { openKafka } from "../ingest/kafka.ts";
import { openControlTopic } from "../ingest/topics.ts";
import type { SpanSink } from "../ingest/ports.ts";
import { type RunningServer, startHttpServer } from "../ingest/server.ts";
import { apiHandler } from "../serve/api.ts";
import type { Database } from "../store/clickhouse.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import { readMigrations, schemaProblem } from "../store/migrate.ts";
import { storeReader } from "../store/read.ts";
import { type Context, stopped } from "./context.ts";
import { brokersOf, kafkaAround } from "./kafka-config.ts";
import { openGivenStore } from "./open-store.ts";
import { migrationsFolder } from "./package-files.ts";

/** Whoever asks whether we are ready gives up after a few seconds and should hear why before that. */
const readyWithinMs = 3_000;

/** Starts the HTTP side: the receiver in front of `sink`, and the API over the store. */
export function startServer(
  context: Context,
  database: Database,
  control: ControlLog,
  sink: SpanSink,
): Promise<RunningServer> {
  const { config, clock, log, telemetry } = context;
  const migrations = readMigrations(migrationsFolder);
  const handler = apiHandler({
    reader: storeReader(database, config.clickhouse.database),
    control,
    problem: async () => {
      const told = new AbortController();
      const late = clock.sleep(readyWithinMs, told.signal).then(() => "the store does not answer in time");
      const ping = database
        .ping()
        .then((answers) => (answers ? schemaProblem(database, migrations) : "the store can't be reached"));
      return Promise.race([ping, late]).finally(() => told.abort());
    },
    metrics: () => telemetry.renderPrometheus(),
    nowMs: () => clock.nowMs(),
    log,
  });
  return startHttpServer({ config, sink, handler, clock, log, counters: telemetry });
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
    await kafka.need([topics.control]);
    const control = await openControlTopic(kafka, topics.control, log, () => clock.sleep(50));
    const server = await startServer(context, store.database, control, noSink);
    log("info", "serving", { url: server.url });
    try {
      await Promise.race([control.ended, stopped(signal)]);
    } finally {
      await server.stop();
      await control.stop();
    }
  } finally {
    await kafka.close();
    await store.stop();
  }
}
