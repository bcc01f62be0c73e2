import { CompressionTypes, type Consumer, type EachBatchPayload, Kafka, logLevel, type SASLOptions } from "kafkajs";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { LogRecord, PartitionId } from "../stream/ports.ts";

type KafkaConfig = Config["kafka"];

/** A message for the log. */
export interface KafkaMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a consumer group's member does with what it is given. */
export interface PartitionHandler {
  /** The partitions were dealt out anew: whatever is known of them may be somebody else's now. */
  assigned(partitions: readonly PartitionId[]): void;
  /** Offset to begin a partition at; undefined to go on where the group stands. */
  position(partition: PartitionId): Promise<number | undefined>;
  /** Handles records in order. `isLost` turns true when the partition is no longer ours. */
  handle(partition: PartitionId, records: readonly LogRecord[], isLost: () => boolean): Promise<Handled>;
}

export interface Handled {
  /** Offset up to which all is done; a hint for the group's own book-keeping. */
  readonly done?: number;
  /** Offset to go on from instead of behind the records. */
  readonly seek?: number;
}

export interface Running {
  /** Rejects when the consumer can't go on. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The Kafka client, behind the few functions that the program needs. */
export interface KafkaClient {
  /** Sends to one topic; resolves when all in-sync replicas have the messages. */
  send(topic: string, messages: readonly KafkaMessage[]): Promise<void>;
  /** Joins a consumer group. */
  consume(groupId: string, topic: string, handler: PartitionHandler): Promise<Running>;
  /** Reads one topic of one partition from its start, without a group's book-keeping, and goes on following it. */
  follow(topic: string, onRecords: (records: readonly LogRecord[]) => void): Promise<Running>;
  /** Offset after the last record of a topic of one partition. */
  endOf(topic: string): Promise<number>;
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
}

const sessionTimeoutMs = 30_000;
const heartbeatMs = 3_000;
/** Partitions a member works on at once. */
const concurrently = 4;
const bytesPerPartition = 4 * 1024 * 1024;

export function openKafka(config: KafkaConfig, log: Log, owner: string): KafkaClient {
  const kafka = new Kafka({
    clientId: config.clientId,
    brokers: [...config.brokers],
    ssl: config.tls,
    ...(config.sasl === undefined ? {} : { sasl: saslOf(config.sasl) }),
    // A long outage is waited out: whoever runs this decides when to give up.
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: Number.MAX_SAFE_INTEGER },
    logLevel: logLevel.WARN,
    logCreator: () => ({ level, log: entry }) => log(level <= logLevel.ERROR ? "error" : "warn", `kafka: ${entry.message}`),
  });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  let connected: Promise<void> | undefined;
  return {
    async send(topic, messages) {
      connected ??= producer.connect();
      await connected;
      await producer.send({
        topic,
        acks: -1,
        compression: CompressionTypes.GZIP,
        messages: messages.map(({ key, value, headers }) => ({ key, value: asBuffer(value), headers: { ...headers } })),
      });
    },
    consume: (groupId, topic, handler) => consume(kafka, groupId, topic, handler, log),
    follow: (topic, onRecords) => follow(kafka, `${config.clientId}-follow-${owner}`, topic, onRecords),
    endOf: (topic) => withAdmin(kafka, async (admin) => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0)),
    createTopics: (topics) => createTopics(kafka, topics),
    async close() {
      if (connected !== undefined) await producer.disconnect();
    },
  };
}

async function consume(kafka: Kafka, groupId: string, topic: string, handler: PartitionHandler, log: Log): Promise<Running> {
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: bytesPerPartition,
    allowAutoTopicCreation: false,
  });
  const fresh = new Set<number>();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    fresh.clear();
    for (const partition of partitions) fresh.add(partition);
    handler.assigned(partitions.map((partition) => ({ topic, partition })));
    log("info", `kafka: ${topic} partitions assigned`, { group: groupId, partitions: partitions.join(",") });
  });
  const ended = crashOf(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrently,
    eachBatch: (payload) => eachBatch(consumer, payload, fresh, handler),
  });
  return { ended, stop: () => consumer.disconnect() };
}

/**
 * One batch: begin where the store stands, not where the group thinks; keep the heart beating however long it takes;
 * commit as a hint only.
 */
async function eachBatch(consumer: Consumer, payload: EachBatchPayload, fresh: Set<number>, handler: PartitionHandler): Promise<void> {
  const { batch } = payload;
  const partition = { topic: batch.topic, partition: batch.partition };
  const first = batch.messages[0];
  const last = batch.messages.at(-1);
  if (first === undefined || last === undefined) return;
  const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs);
  try {
    if (fresh.has(batch.partition)) {
      const position = await handler.position(partition);
      fresh.delete(batch.partition);
      if (position !== undefined && position !== Number(first.offset)) {
        consumer.seek({ ...partition, offset: String(position) });
        return;
      }
    }
    const isLost = (): boolean => !payload.isRunning() || payload.isStale();
    const { done, seek } = await handler.handle(partition, batch.messages.map(recordOf), isLost);
    if (isLost()) return;
    if (seek !== undefined) {
      consumer.seek({ ...partition, offset: String(seek) });
      return;
    }
    payload.resolveOffset(last.offset);
    if (done !== undefined) await consumer.commitOffsets([{ ...partition, offset: String(done) }]).catch(() => undefined);
    await payload.heartbeat();
  } finally {
    clearInterval(beat);
  }
}

async function follow(kafka: Kafka, groupId: string, topic: string, onRecords: (records: readonly LogRecord[]) => void): Promise<Running> {
  const consumer = kafka.consumer({ groupId, sessionTimeout: sessionTimeoutMs, heartbeatInterval: heartbeatMs, maxWaitTimeInMs: 100 });
  const ended = crashOf(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => onRecords(batch.messages.map(recordOf)),
  });
  return { ended, stop: () => consumer.disconnect() };
}

/** Resolves when a consumer is disconnected, rejects when it crashed and doesn't start again by itself. */
function crashOf(consumer: Consumer): Promise<void> {
  return new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer.on(consumer.events.DISCONNECT, () => resolve());
  });
}

async function createTopics(kafka: Kafka, topics: readonly TopicSpec[]): Promise<readonly string[]> {
  return withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic.name));
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions, replicas, settings }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
      })),
    });
    return missing.map((topic) => topic.name);
  });
}

async function withAdmin<T>(kafka: Kafka, work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function recordOf(message: EachBatchPayload["batch"]["messages"][number]): LogRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) headers[name] = one.toString();
  }
  return {
    offset: Number(message.offset),
    key: message.key?.toString() ?? "",
    value: message.value ?? new Uint8Array(),
    headers,
    timestampMs: Math.max(0, Number(message.timestamp)),
  };
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function saslOf({ mechanism, username, password = "" }: NonNullable<KafkaConfig["sasl"]>): SASLOptions {
  return { mechanism, username, password };
}
