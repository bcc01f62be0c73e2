import kafkajs, {
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
import type { Clock } from "../clock.ts";
import type { Counters } from "../telemetry.ts";
import type { LogRecord } from "../stream/ports.ts";
import type { PartitionHandler, Reading, RecordSource, Running } from "../stream/record-source.ts";
import { unpacker, type Refusal } from "./unpack.ts";
import {
  createTopics,
  earliestOf,
  endOf,
  endsOf,
  need,
  offsetsOf,
  type PartitionOffsets,
  type TopicSpec,
} from "./kafka-admin.ts";
import { consume, follow } from "./consume.ts";
import { inTime } from "./consumer-life.ts";
import { once } from "../once.ts";

/** Not found by name in a CommonJS module. */
const { CompressionCodecs } = kafkajs;

type KafkaConfig = Config["kafka"];

/** A message for the log. */
export interface KafkaMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** The Kafka client, behind the few functions that the program needs. */
export interface KafkaClient extends RecordSource {
  /** Fails with a sentence when no broker answers, or when one of these topics isn't there: a client would wait for ever. */
  need(topics: readonly string[]): Promise<void>;
  /** Sends to one topic; resolves when all in-sync replicas have the messages. */
  send(topic: string, messages: readonly KafkaMessage[]): Promise<void>;
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

/** Partitions a member works on at once. */
const concurrently = 4;
/** Bytes of one fetch of all partitions, unless a partition may have more; the client's own default. */
const fetchAllBytesMin = 10 * 1024 * 1024;
/** Values of one request together: the client makes one batch of all for a partition, and brokers refuse one above 1 MiB. */
const sendBytesMax = 900_000;

/** A long outage is waited out: whoever runs this decides when to give up. */
const patient = { initialRetryTime: 100, maxRetryTime: 5_000, retries: Number.MAX_SAFE_INTEGER };
/** At the start a wrong address is likelier than an outage: some 6 s, then a sentence. */
const brief = { initialRetryTime: 200, maxRetryTime: 2_000, retries: 5 };

/** What a client is opened with. */
export interface KafkaAround {
  readonly log: Log;
  readonly clock: Clock;
  readonly telemetry: Pick<Counters, "count">;
  /** Names this process among those that read a topic whole. */
  readonly owner: string;
  /** Most bytes that one batch of a producer may inflate to; one beyond is refused as a whole. */
  readonly inflatedBytesMax: number;
  /** Most bytes of a partition that one fetch brings; of a larger batch it brings all. */
  readonly fetchBytesMax: number;
}

/** Opens a client; nothing is sent before the first call. */
export function openKafka(config: KafkaConfig, around: KafkaAround): KafkaClient {
  const { log, owner } = around;
  unpackWithin(around);
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
  let isConnected = false;
  const connect = once(async () => {
    await producer.connect();
    isConnected = true;
  });
  return {
    need: (topics) => need(atStart, config, topics),
    async send(topic, messages) {
      await connect();
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
      // Briefly: while nobody answers, nothing is known of the log's end.
      const ends = (): Promise<ReadonlyMap<number, number>> => endsOf(atStart, topic);
      return join(kafka, config, around, { groupId, topic, handler, ends });
    },
    follow: (topic, onRecords) => {
      const consumer = consumerOf(kafka, config, `${config.clientId}-follow-${topic}-${owner}`, {
        maxWaitTimeInMs: 100,
      });
      return follow(consumer, topic, onRecords);
    },
    endOf: (topic) => endOf(kafka, topic),
    offsets: (groupId, topic) => offsetsOf(kafka, groupId, topic),
    createTopics: (topics) => createTopics(atStart, config, topics),
    async close() {
      if (isConnected) await inTime(producer.disconnect());
    },
  };
}

interface Joining {
  readonly groupId: string;
  readonly topic: string;
  readonly handler: PartitionHandler;
  readonly ends: () => Promise<ReadonlyMap<number, number>>;
}

/** A membership of a consumer group, as the port promises it. */
function join(
  kafka: Kafka,
  config: KafkaConfig,
  around: KafkaAround,
  { groupId, topic, handler, ends }: Joining,
): Promise<Reading> {
  const { sessionTimeoutMs, heartbeatMs } = config;
  const consumer = consumerOf(kafka, config, groupId, {
    maxWaitTimeInMs: 250,
    // A chunk has its costs, and what one fetch brings of a partition is at most one chunk.
    maxBytesPerPartition: around.fetchBytesMax,
    maxBytes: Math.max(fetchAllBytesMin, 2 * around.fetchBytesMax),
  });
  const earliest = (partition: number): Promise<number> => earliestOf(kafka, topic, partition);
  const membership = { topic, groupId, sessionTimeoutMs, heartbeatMs, concurrently, earliest, ends };
  return consume(consumer, membership, handler, around);
}

function consumerOf(
  kafka: Kafka,
  { sessionTimeoutMs, heartbeatMs }: KafkaConfig,
  groupId: string,
  fetching: Pick<ConsumerConfig, "maxWaitTimeInMs" | "maxBytesPerPartition" | "maxBytes">,
): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    allowAutoTopicCreation: false,
    ...fetching,
  });
}

/** The client's codecs are one list for the whole process; every client we open sets the same. */
function unpackWithin({ inflatedBytesMax, log, telemetry }: KafkaAround): void {
  const refuse = (refusal: Refusal): void => {
    telemetry.count("answerable_refused_batches_total", { reason: refusal.reason }, 1);
    log("error", "kafka: a batch can't be unpacked; its records go to the dead letters", { ...refusal });
  };
  const gzip = CompressionCodecs[CompressionTypes.GZIP]();
  const unpack = {
    gzip: unpacker("gzip", inflatedBytesMax, refuse),
    zstd: unpacker("zstd", inflatedBytesMax, refuse),
  };
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ ...gzip, decompress: unpack.gzip });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({ compress: onlyReads, decompress: unpack.zstd });
}

const onlyReads = async (): Promise<never> => {
  throw new Error("zstd is read here, never written");
};

/** What ends the client ends its role with an error; all else it gets over, whatever it calls it. */
function tell(log: Log): ReturnType<NonNullable<ClientConfig["logCreator"]>> {
  return ({ log: { message, error } }) => {
    const reason = typeof error === "string" && !message.includes(error) ? { reason: error } : {};
    log("warn", `kafka: ${message}`, reason);
  };
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
