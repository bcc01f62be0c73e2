import { controlLogTable, standingTable } from "../store/control-log.ts";
import { deadLetterTable } from "../store/dead-letters.ts";
import { detectStore } from "../store/detect-store.ts";
import { openSpanLog } from "../store/span-log.ts";
import { localPipeline } from "../stream/local-pipeline.ts";
import { deliverAlerts } from "./alert.ts";
import { type Context, stopped } from "./context.ts";
import { followControl } from "./control.ts";
import { recordBytesMax } from "./kafka-config.ts";
import { watchIntegrity } from "./integrity.ts";
import { openOwnStore, type OpenStore } from "./open-store.ts";
import { shippedAttributor } from "./package-files.ts";
import { partitionMetrics } from "./partition-metrics.ts";
import { patience } from "./patience.ts";
import { openProbes } from "./probes.ts";
import { watchRevocations } from "./revocation.ts";
import { startServer } from "./serve.ts";
import { intakePool } from "./intake-pool.ts";
import { spanSink } from "./span-sink.ts";
import { storeProblem } from "./store-problem.ts";
import { newWorker } from "./worker.ts";

/** A running installation in one process. */
export interface Installation {
  /** Where the receiver and the API answer. */
  readonly url: string;
  readonly store: OpenStore;
  /** Stores what was taken in, then ends everything. */
  stop(): Promise<void>;
}

/** All roles in one process, over the same code: receiver, detector, alerts and API; ClickHouse as a child or by URL. */
async function startInstallation(context: Context): Promise<Installation> {
  const { config, clock, log, owner, telemetry } = context;
  const store = await openOwnStore(context);
  try {
    const attributor = shippedAttributor();
    const logs = {
      control: controlLogTable(store.database),
      standings: controlLogTable(store.database, "standing_log"),
    };
    const partition = { topic: config.kafka.topics.spans, partition: 0 };
    const partitions = partitionMetrics(telemetry, clock);
    partitions.assigned([partition]);
    const parts = {
      store: detectStore(store.database, owner),
      control: followControl(context, store.database, logs.control),
      deadLetters: deadLetterTable(store.database),
      standings: standingTable(logs.standings, () => clock.nowMs()),
      attributor,
      partitions,
      windowMs: 0,
    };
    const pipeline = await localPipeline({
      log: await openSpanLog(store.database, partition),
      worker: newWorker(context, parts, partition),
      nowMs: () => clock.nowMs(),
      elapsedMs: () => clock.elapsedMs(),
      queueBytesMax: config.http.queueBytesMax,
      pause: patience(context, "storing"),
    });
    telemetry.gauge("answerable_waiting_bytes", () => pipeline.waitingBytes());
    const pool = intakePool({ attributor, limits: config.limits, recordBytesMax }, log);
    const sink = spanSink(pipeline, pool, telemetry, config.http);
    const server = await startServer(context, store.database, logs, sink);
    const probes = await openProbes(context, "up", () => storeProblem(context, store.database));
    const ending = new AbortController();
    const untilStopped = { ...context, signal: AbortSignal.any([context.signal, ending.signal]) };
    const alerts = deliverAlerts(untilStopped, store.database).catch((error: unknown) => {
      log("error", "alerts are not delivered any more", {
        reason: error instanceof Error ? error.message : String(error),
      });
    });
    const integrity = watchIntegrity(untilStopped, store.database);
    const revocations = watchRevocations(untilStopped, store.database, logs).catch((error: unknown) => {
      log("error", "credentials are not revoked any more", {
        reason: error instanceof Error ? error.message : String(error),
      });
    });
    const stop = async (): Promise<void> => {
      await probes.stop();
      await server.stop();
      await pipeline.stop();
      await pool.stop();
      ending.abort();
      await alerts;
      await integrity;
      await revocations;
      await store.stop();
    };
    return { url: server.url, store, stop };
  } catch (error) {
    await store.stop();
    throw error;
  }
}

/** The role `up`. `whileUp` runs beside it, for the demo. */
export async function up(
  context: Context,
  whileUp: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await startInstallation(context);
  try {
    await whileUp(installation);
    await stopped(context.signal);
  } finally {
    await installation.stop();
  }
}
