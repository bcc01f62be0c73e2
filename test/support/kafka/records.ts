import { CompressionTypes, type IHeaders } from "kafkajs";
import { until } from "../poll.ts";
import { kafkaClient } from "../shared.ts";

/** A record as it lies in a topic. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface NewRecord {
  readonly value: Uint8Array;
  readonly key?: string;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends records, a request each, so that each is a batch by itself. */
export async function produce(
  brokers: readonly string[],
  topic: string,
  records: readonly NewRecord[],
  compression: CompressionTypes = CompressionTypes.GZIP,
): Promise<void> {
  const producer = kafkaClient(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (const { value, key, partition, headers } of records) {
    const message = {
      value: Buffer.from(value),
      key: key ?? null,
      ...(partition === undefined ? {} : { partition }),
      ...(headers === undefined ? {} : { headers: { ...headers } }),
    };
    await producer.send({ topic, compression, messages: [message] });
  }
  await producer.disconnect();
}

/** Sends a record in a transaction that comes to nothing: a record that nobody is given, and a marker, are left. */
export async function produceInVain(
  brokers: readonly string[],
  topic: string,
  partition: number,
): Promise<void> {
  const producer = kafkaClient(brokers).producer({
    transactionalId: `${topic}.in-vain`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: "in vain", partition }] });
  const end = (await ends(brokers, topic)).get(partition) ?? 0;
  await transaction.abort();
  // The marker is written some time after the answer.
  await until("the marker is written", async () => ((await ends(brokers, topic)).get(partition) ?? 0) > end);
  await producer.disconnect();
}

/** A broker that was killed takes its time until it lets anybody join a group. */
const readWithinMs = 60_000;

/** All that a topic holds now, each partition in its order. */
export async function readAll(brokers: readonly string[], topic: string): Promise<readonly ReadRecord[]> {
  const kafka = kafkaClient(brokers);
  const left = await ends(brokers, topic);
  const total = [...left.values()].reduce((sum, count) => sum + count, 0);
  const records: ReadRecord[] = [];
  const consumer = kafka.consumer({
    groupId: `${topic}.reader.${String(process.hrtime.bigint())}`,
    maxWaitTimeInMs: 50,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message: { offset, key, value, headers } }) => {
      records.push({
        partition,
        offset: Number(offset),
        key: key?.toString() ?? "",
        value: value ?? Buffer.alloc(0),
        headers: plain(headers),
      });
    },
  });
  try {
    await until(`${topic} is read`, () => records.length >= total, readWithinMs);
  } finally {
    await consumer.disconnect();
  }
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Records ever written to each partition of a topic. */
export async function ends(brokers: readonly string[], topic: string): Promise<ReadonlyMap<number, number>> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

/** Sets an empty group back to the start of a topic. */
export async function forget(brokers: readonly string[], topic: string, groupId: string): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  await admin.resetOffsets({ groupId, topic, earliest: true });
  await admin.disconnect();
}

/** Members that a consumer group has now. */
export async function membersOf(brokers: readonly string[], groupId: string): Promise<number> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([groupId]);
  await admin.disconnect();
  return groups[0]?.members.length ?? 0;
}

function plain(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}

/** Has the topic let go of what lies before these offsets, as its retention would. */
export async function dropBefore(
  brokers: readonly string[],
  topic: string,
  offsets: Readonly<Record<number, number>>,
): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  const partitions = Object.entries(offsets).map(([partition, offset]) => ({
    partition: Number(partition),
    offset: String(offset),
  }));
  // Deleting asks for what only this loads.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}
