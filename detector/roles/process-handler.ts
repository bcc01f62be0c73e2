import type { KafkaMessage } from "../ingest/kafka.ts";
import type { OtlpEncoding as Encoding } from "../decode/index.ts";
import { intake, type IntakeOptions, type Sender } from "../stream/intake.ts";
import { deadLetterOf, type Trouble } from "../stream/dead-letter.ts";
import type { DeadLetter, DeadLetters, PartitionId } from "../stream/ports.ts";
import type { Gap, PartitionHandler } from "../stream/record-source.ts";

export interface ProcessHandlerOptions extends IntakeOptions {
  readonly encoding: Encoding;
  readonly sender: Sender;
  readonly send: (messages: readonly KafkaMessage[]) => Promise<void>;
  readonly deadLetters: DeadLetters;
  /** Told of records that the topic let go of before they were read. */
  readonly onOverrun: (partition: PartitionId, gap: Gap) => void;
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
    overrun: async (partition, gap) => options.onOverrun(partition, gap),
    async handle(partition, records) {
      const messages: KafkaMessage[] = [];
      const letters: DeadLetter[] = [];
      let spans = 0;
      for (const record of records) {
        const refuse = (trouble: Trouble): void =>
          void letters.push(deadLetterOf(partition, record, options.sender, trouble));
        const taken = intake(record.value, options.encoding, options.sender, options);
        if (!taken.ok) {
          refuse({ index: -1, reason: taken.reason, message: taken.message });
          continue;
        }
        spans += taken.spans;
        taken.rejected.forEach(refuse);
        for (const one of taken.records) {
          if (one.value.byteLength <= options.recordBytesMax) messages.push(one);
          else refuse({ index: -1, reason: "too_large", message: tooLarge(options.recordBytesMax) });
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

const tooLarge = (bytesMax: number): string => `one span is larger than ${String(bytesMax)} bytes`;
