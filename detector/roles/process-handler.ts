import type { KafkaMessage } from "../ingest/kafka.ts";
import type { OtlpEncoding as Encoding } from "../decode/index.ts";
import { intake, type IntakeOptions, type Sender } from "../stream/intake.ts";
import { deadLetterOf, type Trouble } from "../stream/dead-letter.ts";
import type { DeadLetter, DeadLetters, LogRecord, PartitionId } from "../stream/ports.ts";
import type { Gap, PartitionHandler } from "../stream/record-source.ts";
import { persistently } from "./patience.ts";

export interface ProcessHandlerOptions extends IntakeOptions {
  readonly encoding: Encoding;
  readonly sender: Sender;
  readonly send: (messages: readonly KafkaMessage[]) => Promise<void>;
  readonly deadLetters: DeadLetters;
  /** Waits before what was not sent is sent again; rejects when that is of no use. */
  readonly pause: (attempt: number, error: unknown) => Promise<void>;
  /** Told of records that the topic let go of before they were read. */
  readonly onOverrun: (partition: PartitionId, gap: Gap) => void;
  /** Told what became of each batch. */
  readonly onBatch: (batch: ProcessBatch) => void;
}

/** What was read, and what it became. */
export interface ProcessBatch {
  readonly records: readonly LogRecord[];
  readonly messages: readonly KafkaMessage[];
  /** Spans of the records that could be read. */
  readonly spans: number;
  /** One each for a record that could not be read, and for a span that could not be taken. */
  readonly letters: readonly { readonly reason: string; readonly unreadable: boolean }[];
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
    async handle(partition, records, isLost) {
      const messages: KafkaMessage[] = [];
      const letters: DeadLetter[] = [];
      const told: { reason: string; unreadable: boolean }[] = [];
      let spans = 0;
      for (const record of records) {
        const refuse = (trouble: Trouble, unreadable = false): void => {
          letters.push(deadLetterOf(partition, record, options.sender, trouble));
          told.push({ reason: trouble.reason, unreadable });
        };
        const taken = intake(record.value, options.encoding, options.sender, options);
        if (!taken.ok) {
          refuse({ index: -1, reason: taken.reason, message: taken.message }, true);
          continue;
        }
        spans += taken.spans;
        for (const one of taken.rejected) refuse(one);
        for (const one of taken.records) {
          if (one.value.byteLength <= options.recordBytesMax) messages.push(one);
          else refuse({ index: -1, reason: "too_large", message: tooLarge(options.recordBytesMax) });
        }
      }
      // One after the other, so that a topic that takes no letters has no spans sent again.
      if (messages.length > 0) await persistently(() => options.send(messages), isLost, options.pause);
      if (letters.length > 0)
        await persistently(() => options.deadLetters.put(letters), isLost, options.pause);
      if (isLost()) return {};
      options.onBatch({ records, messages, spans, letters: told });
      return { done: (records.at(-1)?.offset ?? -1) + 1 };
    },
  };
}

const tooLarge = (bytesMax: number): string => `one span is larger than ${String(bytesMax)} bytes`;
