import { openKafka } from "../ingest/kafka.ts";
import { deadLetterTopic, openControlTopic, standingTopic } from "../ingest/topics.ts";
import { detectStore } from "../store/detect-store.ts";
import { saveLoss } from "../store/losses.ts";
import { type Context, stopped } from "./context.ts";
import { followControl } from "./control.ts";
import { type DetectHandler, detectHandler } from "./detect-handler.ts";
import { brokersOf, kafkaAround } from "./kafka-config.ts";
import { openGivenStore } from "./open-store.ts";
import { shippedAttributor } from "./package-files.ts";
import { partitionMetrics, watched } from "./partition-metrics.ts";
import { patience } from "./patience.ts";
import { openProbes } from "./probes.ts";
import { storeProblem } from "./store-problem.ts";
import { tellOverrun } from "./tell-overrun.ts";
import { watchLag } from "./watch.ts";
import { newWorker } from "./worker.ts";
import type { PartitionWorker } from "../stream/partition-worker.ts";
import type { PartitionId } from "../stream/ports.ts";
import type { Gap, Reading } from "../stream/record-source.ts";

/** The role `detect`: `nhi.spans` and `nhi.control` → ClickHouse, one of any number of workers in a consumer group. */
export async function detect(context: Context): Promise<void> {
  const { config, clock, log, owner, signal, telemetry } = context;
  const tell = tellOverrun(context);
  const { topics, groupId } = brokersOf(config);
  const store = await openGivenStore(context);
  const kafka = openKafka(config.kafka, kafkaAround(context));
  try {
    await kafka.need([topics.spans, topics.control, topics.standings, topics.deadLetters]);
    const controlLog = await openControlTopic(kafka, topics.control, log, () => clock.sleep(50));
    const partitions = partitionMetrics(telemetry, clock);
    const parts = {
      store: detectStore(store.database, owner),
      control: followControl(context, store.database, controlLog),
      deadLetters: deadLetterTopic(kafka, topics.deadLetters),
      standings: standingTopic(kafka, topics.standings, () => clock.nowMs()),
      attributor: shippedAttributor(),
      partitions,
      windowMs: config.chunk.windowMs,
    };
    const newOne = (partition: PartitionId): PartitionWorker => newWorker(context, parts, partition);
    const keepLoss = async (partition: PartitionId, gap: Gap): Promise<void> => {
      await saveLoss(store.database, partition, { ...gap, noticedAtMs: clock.nowMs() });
      tell(partition, gap);
    };
    const handler = detectHandler({
      newWorker: newOne,
      keepLoss,
      elapsedMs: () => clock.elapsedMs(),
      idleMs: config.chunk.windowMs,
      pause: patience(context, "storing a chunk"),
    });
    const probes = await openProbes(context, "detect", async () =>
      partitions.hasJoined()
        ? storeProblem(context, store.database)
        : "the consumer group has not been joined yet",
    );
    const reading = await kafka.consume(groupId, topics.spans, watched(handler, partitions));
    const unwatch = watchLag(context, kafka, { groupId, topic: topics.spans }, partitions);
    log("info", "detecting", { topic: topics.spans, group: groupId });
    try {
      await Promise.race([
        reading.ended,
        controlLog.ended,
        ticking(context, handler, reading),
        stopped(signal),
      ]);
    } finally {
      unwatch();
      await probes.stop();
      await reading.stop();
      await controlLog.stop();
    }
  } finally {
    await kafka.close();
    await store.stop();
  }
}

/** Lets go of what partitions that have gone quiet hold back. Rejects when it can't be stored for good. */
async function ticking(
  { clock, config, signal }: Context,
  handler: DetectHandler,
  reading: Reading,
): Promise<void> {
  const everyMs = Math.max(config.chunk.windowMs / 2, tickMsMin);
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    await handler.tick(() => reading.readToEnd());
  }
}

const tickMsMin = 20;
