/** Goal: the broker the tests run keeps what it acknowledged, so that a loss in another test is ours. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Kafka } from "kafkajs";
import { isRunning, until } from "../support/poll.ts";
import { startKafka, type KafkaServer } from "../support/servers.ts";
import { freshTopics, kafkaClient } from "../support/shared.ts";

const values = Array.from({ length: 300 }, (_, index) => `value-${index}`);

async function produce(kafka: Kafka, topic: string, texts: readonly string[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const messages = texts.map((value, index) => ({ value, partition: index % 3 }));
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

async function consume(kafka: Kafka, topic: string, count: number): Promise<Map<number, string[]>> {
  const consumer = kafka.consumer({ groupId: `${topic}.readers`, maxWaitTimeInMs: 100 });
  const seen = new Map<number, string[]>();
  let total = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      seen.set(partition, [...(seen.get(partition) ?? []), String(message.value)]);
      total += 1;
    },
  });
  await until("all records are read", () => total >= count);
  await consumer.disconnect();
  return seen;
}

const expected = (texts: readonly string[]): Map<number, string[]> =>
  new Map([0, 1, 2].map((partition) => [partition, texts.filter((_, index) => index % 3 === partition)]));
const sorted = (seen: Map<number, string[]>): Map<number, string[]> =>
  new Map([...seen].toSorted(([left], [right]) => left - right));

test("three partitions give back what they took, each in its order", async () => {
  const fresh = await freshTopics(["spans"], 3);
  const kafka = kafkaClient(fresh.brokers);
  await produce(kafka, fresh.topics.spans, values);
  expect(sorted(await consume(kafka, fresh.topics.spans, values.length))).toEqual(expected(values));
  await fresh.drop();
});

let own: KafkaServer;
beforeAll(async () => {
  own = await startKafka();
}, 60_000);
afterAll(() => own.stop());

test("a broker killed with -9 comes back with every acknowledged record", async () => {
  const kafka = kafkaClient(own.brokers);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: "spans", numPartitions: 3, replicationFactor: 1 }],
  });
  await admin.disconnect();
  await produce(kafka, "spans", values);
  const killed = own.pid();

  await own.kill();
  expect(await isRunning(killed)).toBe(false);
  await own.restart();

  expect(sorted(await consume(kafka, "spans", values.length))).toEqual(expected(values));
}, 60_000);
