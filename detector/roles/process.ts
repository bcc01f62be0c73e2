import { openKafka } from "../ingest/kafka.ts";
import { deadLetterTopic } from "../ingest/topics.ts";
import { type Context, stopped } from "./context.ts";
import { brokersOf, kafkaAround, recordBytesMax } from "./kafka-config.ts";
import { shippedAttributor } from "./package-files.ts";
import { partitionMetrics, watched } from "./partition-metrics.ts";
import { patience } from "./patience.ts";
import { openProbes } from "./probes.ts";
import { type ProcessBatch, processHandler } from "./process-handler.ts";
import type { Counters } from "../telemetry.ts";
import { tellOverrun } from "./tell-overrun.ts";
import { watchLag } from "./watch.ts";

/** The role `process`: any raw OTLP topic → `nhi.spans`, one key group a record; what can't be read → dead letters. */
export async function process(context: Context): Promise<void> {
  const { clock, config, log, signal, telemetry } = context;
  const { topics, encoding, tenant, groupId } = brokersOf(config);
  const kafka = openKafka(config.kafka, kafkaAround(context));
  const handler = processHandler({
    attributor: shippedAttributor(),
    limits: config.limits,
    recordBytesMax,
    encoding,
    sender: { tenant, source: "", speaksFor: () => true, proves: () => false },
    send: (messages) => kafka.send(topics.spans, messages),
    deadLetters: deadLetterTopic(kafka, topics.deadLetters),
    pause: patience(context, "sending what was read"),
    onOverrun: tellOverrun(context),
    onBatch: (batch) => {
      countBatch(telemetry, batch);
      if (batch.letters.length > 0)
        log("warn", "records or spans went to the dead letters", {
          topic: topics.deadLetters,
          count: batch.letters.length,
        });
    },
  });
  const partitions = partitionMetrics(telemetry, clock);
  const group = `${groupId}-process`;
  await kafka.need([topics.raw, topics.spans, topics.deadLetters]);
  const probes = await openProbes(context, "process", async () =>
    partitions.hasJoined() ? undefined : "the consumer group has not been joined yet",
  );
  const running = await kafka.consume(group, topics.raw, watched(handler, partitions));
  const unwatch = watchLag(context, kafka, { groupId: group, topic: topics.raw }, partitions);
  log("info", "processing", { from: topics.raw, to: topics.spans, encoding });
  try {
    await Promise.race([running.ended, stopped(signal)]);
  } finally {
    unwatch();
    await probes.stop();
    await running.stop();
    await kafka.close();
  }
}

/** All in one go: whoever looks sees spans in = out + rejected. */
function countBatch(counters: Counters, { records, messages, spans, letters }: ProcessBatch): void {
  // A letter for a whole record that could not be read says nothing of spans; one for a part of a readable one does.
  const rejected = letters.filter(({ unreadable }) => !unreadable);
  counters.count("answerable_process_records_total", { direction: "in" }, records.length);
  counters.count("answerable_process_records_total", { direction: "out" }, messages.length);
  counters.count("answerable_process_bytes_total", { direction: "in" }, bytesOf(records));
  counters.count("answerable_process_bytes_total", { direction: "out" }, bytesOf(messages));
  counters.count("answerable_process_spans_total", { direction: "in" }, spans);
  counters.count("answerable_process_spans_total", { direction: "out" }, spans - rejected.length);
  for (const { reason, unreadable } of letters)
    counters.count(
      unreadable ? "answerable_process_rejected_records_total" : "answerable_process_rejected_spans_total",
      { reason },
    );
}

const bytesOf = (values: readonly { readonly value: Uint8Array }[]): number =>
  values.reduce((sum, { value }) => sum + value.byteLength, 0);
