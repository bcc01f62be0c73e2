import { CompressionTypes, Kafka, logLevel, Partitioners } from "kafkajs";
import { systemClock } from "../detector/clock.ts";
import { Config } from "../detector/config/config.ts";
import { defaultLimits } from "../detector/decode/index.ts";
import { openKafka } from "../detector/ingest/kafka.ts";
import { topicSpecs } from "../detector/ingest/topics.ts";
import { shippedAttributor } from "../detector/roles/package-files.ts";
import { intake } from "../detector/stream/intake.ts";
import { startKafka } from "../test/support/servers.ts";
import type { ControlRecord } from "../schemas/index.ts";
import { agentBatch, grant } from "./agent-batch.ts";

interface BenchRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A broker of its own with the topics of the program, and a grant for the agents of the batches. */
export interface BenchTopic {
  readonly broker: string;
  /** Name of the topic of spans. */
  readonly spans: string;
  /** Sends batches as the receiver would, but uncompressed: whoever reads should not be measured by an unpacker. */
  send(records: readonly BenchRecord[]): Promise<void>;
  /** Sends requests as they are to the raw topic. */
  sendRaw(bodies: readonly Uint8Array[]): Promise<void>;
  stop(): Promise<void>;
}

/** Records of one request, kept below what a broker takes. */
const recordsOfRequest = 20;
const requestBytesMax = 8 * 2 ** 20;

export async function startTopic(): Promise<BenchTopic> {
  const server = await startKafka();
  const config = Config.parse({ kafka: { brokers: server.brokers } }).kafka;
  const kafka = openKafka(config, {
    log: () => undefined,
    clock: systemClock,
    telemetry: { count: () => undefined },
    owner: "bench",
    inflatedBytesMax: defaultLimits.inflatedBytesMax,
    fetchBytesMax: 1024 * 1024,
  });
  const producer = new Kafka({ brokers: [...server.brokers], logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.JavaCompatiblePartitioner,
  });
  await kafka.createTopics(
    topicSpecs(config, 4, 1).map((spec) => ({
      ...spec,
      settings: { ...spec.settings, "max.message.bytes": String(requestBytesMax) },
    })),
  );
  const given: ControlRecord = {
    kind: "grant_given",
    tenant: "default",
    author: grant.approver,
    atUs: 1,
    grant,
  };
  await kafka.send(config.topics.control, [
    { key: `default/grant/${grant.id}`, value: Buffer.from(JSON.stringify(given)), headers: {} },
  ]);
  await producer.connect();
  const sendTo = async (name: string, records: readonly Partial<BenchRecord>[]): Promise<void> => {
    for (let from = 0; from < records.length; from += recordsOfRequest) {
      const messages = records
        .slice(from, from + recordsOfRequest)
        .map(({ key = null, value, headers = {} }) => ({
          key,
          value: value === undefined ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
          headers: { ...headers },
        }));
      await producer.send({ topic: name, acks: -1, compression: CompressionTypes.None, messages });
    }
  };
  return {
    broker: server.brokers[0] ?? "",
    spans: config.topics.spans,
    sendRaw: (bodies) =>
      sendTo(
        config.topics.raw,
        bodies.map((value) => ({ value })),
      ),
    send: (records) => sendTo(config.topics.spans, records),
    async stop() {
      await producer.disconnect();
      await kafka.close();
      await server.stop();
    },
  };
}

const attributor = shippedAttributor();

/** Records of the batches `from` to before `to`, one a batch, as the receiver writes them. */
export function recordsOf(from: number, to: number): readonly BenchRecord[] {
  return Array.from({ length: to - from }, (_, at) => recordOf(agentBatch(from + at)));
}

/** The record that the receiver makes of a request whose spans are of one identity. */
export function recordOf(body: Uint8Array): BenchRecord {
  const sender = { tenant: "default", source: "", speaksFor: () => true, proves: () => false };
  const taken = intake(body, "otlp_proto", sender, {
    attributor,
    limits: defaultLimits,
    recordBytesMax: 900_000,
  });
  if (!taken.ok) throw new Error(taken.message);
  const [record] = taken.records;
  if (record === undefined || taken.records.length > 1 || taken.rejected.length > 0)
    throw new Error("a batch must be one record of one key group");
  return record;
}
