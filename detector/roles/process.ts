import { openKafka } from "../ingest/kafka.ts";
import { deadLetterTopic } from "../ingest/topics.ts";
import { type Context, stopped } from "./context.ts";
import { brokersOf, kafkaAround, recordBytesMax } from "./kafka-config.ts";
import { shippedAttributor } from "./package-files.ts";
import { processHandler } from "./process-handler.ts";
import { tellOverrun } from "./tell-overrun.ts";

/** The role `process`: any raw OTLP topic → `nhi.spans`, one key group a record; what can't be read → dead letters. */
export async function process(context: Context): Promise<void> {
  const { config, log, signal, telemetry } = context;
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
    onOverrun: tellOverrun(context),
    onBatch: ({ read, spans, written, deadLettered }) => {
      telemetry.count("answerable_process_records_total", { direction: "in" }, read);
      telemetry.count("answerable_process_records_total", { direction: "out" }, written);
      telemetry.count("answerable_process_spans_total", {}, spans);
      telemetry.count("answerable_process_dead_letters_total", {}, deadLettered);
      if (deadLettered > 0)
        log("warn", "records or spans went to the dead letters", {
          topic: topics.deadLetters,
          count: deadLettered,
        });
    },
  });
  await kafka.need([topics.raw, topics.spans, topics.deadLetters]);
  const running = await kafka.consume(`${groupId}-process`, topics.raw, handler);
  log("info", "processing", { from: topics.raw, to: topics.spans, encoding });
  try {
    await Promise.race([running.ended, stopped(signal)]);
  } finally {
    await running.stop();
    await kafka.close();
  }
}
