import {
  CompressionTypes,
  type Consumer,
  type ConsumerConfig,
  Kafka,
  type KafkaConfig as ClientConfig,
  logLevel,
  Partitioners,
  type SASLOptions,
} from "kafkajs";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { LogRecord } from "../stream/ports.ts";
import { consume, follow, inTime, type PartitionHandler, type Running } from "./consume.ts";

type KafkaConfig = Config["kafka"];

/** A message for the log. */
export interface KafkaMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** The Kafka client, behind the few functions that the program needs. */
export interface KafkaClient {
  /** Fails with a sentence when no broker answers, or when one of these topics isn't there: a client would wait for ever. */
  need(topics: readonly string[]): Promise<void>;
  /** Sends to one topic; resolves when all in-sync replicas have the messages. */
  send(topic: string, messages: readonly KafkaMessage[]): Promise<void>;
  /** Joins a consumer group. */
  consume(groupId: string, topic: string, handler: PartitionHandler): Promise<Running>;
  /** Reads one topic of one partition from its start, without a group's book-keeping, and goes on following it. */
  follow(topic: string, onRecords: (records: readonly LogRecord[]) => void): Promise<Running>;
  /** Offset after the last record of a topic of one partition. */
  endOf(topic: string): Promise<number>;
  /** Where the partitions of a topic begin and end, and what the group noted of each. */
  offsets(groupId: string, topic: string): Promise<readonly PartitionOffsets[]>;
  /** Creates those that are missing and gives back their names. */
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** Offset of the first record that is still there. */
  readonly start: number;
  /** Offset after the last record. */
  readonly end: number;
  /** Offset that the group noted; undefined when it never did. */
  readonly committed: number | undefined;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Partitions a member works on at once. */
const concurrently = 4;
const bytesPerPartition = 4 * 1024 * 1024;
/** Values of one request together: the client makes one batch of all for a partition, and brokers refuse one above 1 MiB. */
const sendBytesMax = 900_000;

/** A long outage is waited out: whoever runs this decides when to give up. */
const patient = { initialRetryTime: 100, maxRetryTime: 5_000, retries: Number.MAX_SAFE_INTEGER };
/** At the start a wrong address is likelier than an outage: some 6 s, then a sentence. */
const brief = { initialRetryTime: 200, maxRetryTime: 2_000, retries: 5 };

export function openKafka(config: KafkaConfig, log: Log, owner: string): KafkaClient {
  const client = (retry: ClientConfig["retry"], isQuiet: boolean): Kafka =>
    new Kafka({
      clientId: config.clientId,
      brokers: [...config.brokers],
      ssl: config.tls,
      ...(config.sasl === undefined ? {} : { sasl: saslOf(config.sasl) }),
      ...(retry === undefined ? {} : { retry }),
      logLevel: isQuiet ? logLevel.NOTHING : logLevel.WARN,
      logCreator: () => tell(log),
    });
  const kafka = client(patient, false);
  const atStart = client(brief, true);
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.JavaCompatiblePartitioner,
  });
  let connected: Promise<void> | undefined;
  return {
    need: (topics) => need(atStart, config, topics),
    async send(topic, messages) {
      connected ??= producer.connect();
      await connected;
      for (const part of partsOf(messages)) {
        await producer.send({
          topic,
          acks: -1,
          compression: CompressionTypes.GZIP,
          messages: part.map(({ key, value, headers }) => ({
            key,
            value: asBuffer(value),
            headers: { ...headers },
          })),
        });
      }
    },
    consume: (groupId, topic, handler) => {
      const consumer = consumerOf(kafka, config, groupId, {
        maxWaitTimeInMs: 250,
        maxBytesPerPartition: bytesPerPartition,
      });
      return consume(
        consumer,
        { topic, groupId, heartbeatMs: config.heartbeatMs, concurrently },
        handler,
        log,
      );
    },
    follow: (topic, onRecords) => {
      const consumer = consumerOf(kafka, config, `${config.clientId}-follow-${owner}`, {
        maxWaitTimeInMs: 100,
      });
      return follow(consumer, topic, onRecords);
    },
    endOf: (topic) =>
      withAdmin(kafka, async (admin) => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0)),
    offsets: (groupId, topic) => withAdmin(kafka, (admin) => offsetsOf(admin, groupId, topic)),
    createTopics: (topics) => createTopics(atStart, config, topics),
    async close() {
      if (connected !== undefined) await inTime(producer.disconnect());
    },
  };
}

function consumerOf(
  kafka: Kafka,
  { sessionTimeoutMs, heartbeatMs }: KafkaConfig,
  groupId: string,
  fetching: Pick<ConsumerConfig, "maxWaitTimeInMs" | "maxBytesPerPartition">,
): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    allowAutoTopicCreation: false,
    ...fetching,
  });
}

/** What ends the client ends its role with an error; all else it gets over, whatever it calls it. */
function tell(log: Log): ReturnType<NonNullable<ClientConfig["logCreator"]>> {
  return ({ log: { message, error } }) => {
    const reason = typeof error === "string" && !message.includes(error) ? { reason: error } : {};
    log("warn", `kafka: ${message}`, reason);
  };
}

async function need(kafka: Kafka, config: KafkaConfig, topics: readonly string[]): Promise<void> {
  const existing = new Set(await reached(config, () => withAdmin(kafka, (admin) => admin.listTopics())));
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length === 0) return;
  const what =
    missing.length === 1 ? `the topic ${missing.join("")} doesn't` : `the topics ${missing.join(", ")} don't`;
  throw new Error(
    `${what} exist at ${config.brokers.join(",")}; \`answerable topics\` creates what is missing`,
  );
}

async function createTopics(
  kafka: Kafka,
  config: KafkaConfig,
  topics: readonly TopicSpec[],
): Promise<readonly string[]> {
  return reached(config, () =>
    withAdmin(kafka, async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic.name));
      if (missing.length === 0) return [];
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
    }),
  );
}

async function offsetsOf(
  admin: ReturnType<Kafka["admin"]>,
  groupId: string,
  topic: string,
): Promise<readonly PartitionOffsets[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const [noted] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map(noted?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return ends.map(({ partition, low, high }) => {
    // The client says -1 for none.
    const offset = committed.get(partition) ?? -1;
    return { partition, start: Number(low), end: Number(high), committed: offset < 0 ? undefined : offset };
  });
}

/** Runs work that a person waits for; its errors become one sentence. */
async function reached<T>({ brokers }: KafkaConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`Kafka at ${brokers.join(",")} can't be used: ${reasonsOf(error).join("; ")}`, {
      cause: error,
    });
  }
}

function reasonsOf(error: unknown): readonly string[] {
  if (error instanceof AggregateError || hasErrors(error))
    return [...new Set(error.errors.flatMap(reasonsOf))];
  return [error instanceof Error ? error.message : String(error)];
}

/** The client's own aggregate, which is not the language's. */
function hasErrors(error: unknown): error is { readonly errors: readonly unknown[] } {
  return typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors);
}

async function withAdmin<T>(
  kafka: Kafka,
  work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Cuts messages, in order, into requests that a broker takes. */
function* partsOf(messages: readonly KafkaMessage[]): Iterable<readonly KafkaMessage[]> {
  let part: KafkaMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (part.length > 0 && bytes + message.value.byteLength > sendBytesMax) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(message);
    bytes += message.value.byteLength;
  }
  if (part.length > 0) yield part;
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function saslOf({ mechanism, username, password = "" }: NonNullable<KafkaConfig["sasl"]>): SASLOptions {
  return { mechanism, username, password };
}
