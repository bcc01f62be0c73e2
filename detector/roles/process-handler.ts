import type { PartitionHandler } from "../ingest/consume.ts";
import type { KafkaMessage } from "../ingest/kafka.ts";
import type { OtlpEncoding as Encoding } from "../decode/index.ts";
import { intake, type IntakeOptions, type Sender } from "../stream/intake.ts";
import type { DeadLetter, DeadLetters, LogRecord, PartitionId } from "../stream/ports.ts";

export interface ProcessHandlerOptions extends IntakeOptions {
  readonly encoding: Encoding;
  readonly sender: Sender;
  readonly send: (messages: readonly KafkaMessage[]) => Promise<void>;
  readonly deadLetters: DeadLetters;
  /** Told what became of each batch. */
  readonly onBatch: (counts: ProcessCounts) => void;
}

interface ProcessCounts {
  readonly read: number;
  readonly spans: number;
  readonly written: number;
  readonly deadLettered: number;
}

/**
 * Re-keys a raw OTLP topic: each record is split into records of one key group each. At least once: a batch that was
 * under way in a crash is written again, and the detector knows its spans by their ids. Bad records cost themselves.
 */
export function processHandler(options: ProcessHandlerOptions): PartitionHandler {
  return {
    assigned: () => undefined,
    position: async () => undefined,
    async handle(partition, records) {
      const messages: KafkaMessage[] = [];
      const letters: DeadLetter[] = [];
      let spans = 0;
      for (const record of records) {
        const taken = intake(record.value, options.encoding, options.sender, options);
        if (!taken.ok) {
          letters.push(letter(partition, record, -1, taken.reason, taken.message, options));
          continue;
        }
        spans += taken.spans;
        for (const one of taken.rejected)
          letters.push(letter(partition, record, one.index, one.reason, one.message, options));
        for (const one of taken.records) {
          if (one.value.byteLength <= options.recordBytesMax) messages.push(one);
          else
            letters.push(
              letter(
                partition,
                record,
                -1,
                "too_large",
                `one span is larger than ${String(options.recordBytesMax)} bytes`,
                options,
              ),
            );
        }
      }
      if (messages.length > 0) await options.send(messages);
      if (letters.length > 0) await options.deadLetters.put(letters);
      options.onBatch({
        read: records.length,
        spans,
        written: messages.length,
        deadLettered: letters.length,
      });
      return { done: (records.at(-1)?.offset ?? -1) + 1 };
    },
  };
}

function letter(
  partition: PartitionId,
  record: LogRecord,
  index: number,
  reason: string,
  message: string,
  { sender }: ProcessHandlerOptions,
): DeadLetter {
  return {
    ...partition,
    offset: record.offset,
    index,
    reason,
    message,
    bytes: record.value.byteLength,
    tenant: sender.tenant,
    source: sender.source,
    atMs: record.timestampMs,
  };
}
