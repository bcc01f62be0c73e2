import { ControlRecord, subjectOf } from "../../schemas/index.ts";
import type { Log } from "../log.ts";
import type { ControlEntry, ControlLog } from "../stream/control-feed.ts";
import { standingRecord } from "../respond/respond.ts";
import type { DeadLetters, Standings } from "../stream/ports.ts";
import type { Running } from "../stream/record-source.ts";
import type { KafkaClient } from "./kafka.ts";
import type { TopicSpec } from "./kafka-admin.ts";
import type { Config } from "../config/config.ts";

const dayMs = 86_400_000;

/** The topics of the architecture with the settings they need. */
export function topicSpecs(
  config: Config["kafka"],
  partitions: number,
  replicas: number,
): readonly TopicSpec[] {
  const spec = (name: string, count: number, settings: Record<string, string>): TopicSpec => ({
    name,
    partitions: count,
    replicas,
    settings: { "min.insync.replicas": String(Math.min(2, replicas)), ...settings },
  });
  const { raw, spans, control, standings, deadLetters } = config.topics;
  return [
    spec(raw, partitions, { "retention.ms": String(7 * dayMs) }),
    // When the log took a record is what senders' clocks are measured by: the broker says it, no sender.
    spec(spans, partitions, {
      "retention.ms": String(7 * dayMs),
      "message.timestamp.type": "LogAppendTime",
    }),
    // One partition: what people decide has one order, and one number says how much of it was known.
    spec(control, 1, { "cleanup.policy": "compact", "min.compaction.lag.ms": String(30 * dayMs) }),
    // What playbooks answer to findings. Read by every service, which tells the guards.
    spec(standings, 1, { "cleanup.policy": "compact", "min.compaction.lag.ms": String(30 * dayMs) }),
    spec(deadLetters, 1, { "retention.ms": String(30 * dayMs) }),
  ];
}

/** Dead letters as a topic; the key says where the letter comes from, so that the same letter twice can be told. */
export function deadLetterTopic(kafka: KafkaClient, topic: string): DeadLetters {
  return {
    put: (letters) =>
      kafka.send(
        topic,
        letters.map((letter) => ({
          key: `${letter.topic}:${String(letter.partition)}:${String(letter.offset)}:${String(letter.index)}`,
          value: Buffer.from(JSON.stringify(letter)),
          headers: { reason: letter.reason },
        })),
      ),
  };
}

/** The log of standings as a topic, for who only writes to it. */
export function standingTopic(kafka: KafkaClient, topic: string, nowMs: () => number): Standings {
  return {
    async set(responses) {
      const records = responses.flatMap((response) => standingRecord(response) ?? []);
      if (records.length > 0) await kafka.send(topic, records.map(messageOf));
      return nowMs();
    },
  };
}

/** The control log as a topic, followed from its start. */
export interface ControlTopic extends ControlLog {
  /** Rejects when the topic can't be followed any more. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

/** Follows the control topic; resolves when everything that was in it has been read. */
export async function openControlTopic(
  kafka: KafkaClient,
  topic: string,
  log: Log,
  pause: () => Promise<void>,
): Promise<ControlTopic> {
  const entries: ControlEntry[] = [];
  const listeners = new Set<() => void>();
  let next = 0;
  const end = await kafka.endOf(topic);
  const running: Running = await kafka.follow(topic, (records) => {
    for (const record of records) {
      next = record.offset + 1;
      const parsed = parseRecord(record.value);
      if (parsed === undefined)
        log("error", "an entry of the control log can't be read and is passed over", {
          offset: record.offset,
        });
      else entries.push({ position: record.offset, record: parsed });
    }
    for (const listener of listeners) listener();
  });
  const caughtUp = async (position: number): Promise<void> => {
    while (next < position) await Promise.race([pause(), running.ended]);
  };
  await caughtUp(end);
  return {
    async append(records) {
      if (records.length === 0) return;
      await kafka.send(topic, records.map(messageOf));
      await caughtUp(await kafka.endOf(topic));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: async (from) => entries.slice(firstFrom(entries, from)),
    ended: running.ended,
    stop: () => running.stop(),
  };
}

function messageOf(record: ControlRecord): {
  key: string;
  value: Uint8Array;
  headers: Record<string, string>;
} {
  return {
    key: `${record.tenant}/${subjectOf(record)}`,
    value: Buffer.from(JSON.stringify(record)),
    headers: { kind: record.kind },
  };
}

function parseRecord(value: Uint8Array): ControlRecord | undefined {
  try {
    return ControlRecord.parse(JSON.parse(Buffer.from(value).toString("utf8")));
  } catch {
    return undefined;
  }
}

function firstFrom(entries: readonly ControlEntry[], from: number): number {
  const index = entries.findIndex((entry) => entry.position >= from);
  return index === -1 ? entries.length : index;
}
