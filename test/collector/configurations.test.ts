/**
 * Goal: what we ship runs as it is, on a real Kafka, and loses nothing it answered for.
 * Method: the built program, started as an operator does; its records are held against what was sent.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { keyGroup } from "../../detector/decode/index.ts";
import { collectedSpans, type CollectedSpan } from "../support/collected-spans.ts";
import {
  builtCollectorWithinMs,
  runCollector,
  startAnswerableCollector,
  stopCollectors,
} from "../support/collector.ts";
import { produce } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { startKafka, type KafkaServer } from "../support/servers.ts";
import { freshTopics, kafkaClient } from "../support/shared.ts";
import { jsonRequest, protoRequest, type ToolCall } from "../support/tool-calls.ts";

const leftovers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await stopCollectors();
  for (const remove of leftovers.splice(0).toReversed()) await remove();
});

const calls = (from: number, count: number): readonly ToolCall[] =>
  Array.from({ length: count }, (_, at) => ({
    identityId: `agent:number-${String((from + at) % 7)}`,
    ordinal: from + at,
  }));
const traceIds = (from: number, count: number): readonly string[] =>
  calls(from, count).map(({ ordinal }) => (ordinal + 1).toString(16).padStart(32, "0"));

async function kafkaTopics() {
  const fresh = await freshTopics(["raw", "spans"], 4);
  leftovers.push(() => fresh.drop());
  const { brokers, topics } = fresh;
  const env = {
    ANSWERABLE_KAFKA_BROKERS: brokers.join(","),
    ANSWERABLE_KAFKA_TOPIC: topics.spans,
    ANSWERABLE_KAFKA_RAW_TOPIC: topics.raw,
    ANSWERABLE_KAFKA_GROUP: topics.raw,
  };
  return { brokers, topics, env };
}

/** Waits until the topic holds that many different spans. */
async function collected(
  brokers: readonly string[],
  topic: string,
  count: number,
): Promise<readonly CollectedSpan[]> {
  return until(
    `${String(count)} spans`,
    async () => {
      const spans = await collectedSpans(brokers, topic);
      return new Set(spans.map(({ traceId }) => traceId)).size >= count && spans;
    },
    60_000,
  );
}

const sorted = (spans: readonly CollectedSpan[]): readonly string[] =>
  spans.map(({ traceId }) => traceId).toSorted();

/** Every record is one key group's, named as the detector names it, and on the partition where kafkajs would put it. */
function expectKeyed(spans: readonly CollectedSpan[], source: string): void {
  for (const { traceId, record } of spans) {
    const call = calls(Number.parseInt(traceId, 16) - 1, 1)[0];
    const group = keyGroup("default", call?.identityId ?? "");
    expect(record.key).toBe(group);
    expect(record.headers).toEqual({
      "nhi-bound": "1",
      "nhi-key-groups": "1024",
      "nhi-source": source,
      "nhi-key-group": group,
      "nhi-tenant": "default",
    });
  }
}

test(
  "the gateway writes what it was sent, in protobuf and JSON, one key group a record",
  async () => {
    const { brokers, topics, env } = await kafkaTopics();
    const gateway = await startAnswerableCollector({ config: "gateway", env });
    // A sender's own key and tenant are worth nothing.
    const forged = { "nhi-key-group": "g0007", "nhi-tenant": "other" };
    expect(await gateway.send(protoRequest(calls(0, 60)), forged)).toBe(200);
    expect(await gateway.send(jsonRequest(calls(60, 60)).toString())).toBe(200);
    const spans = await collected(brokers, topics.spans, 120);
    expect(sorted(spans)).toEqual(traceIds(0, 120));
    expectKeyed(spans, "test");
    expect((await fetch(gateway.healthUrl)).status).toBe(200);
    const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
    expect(metrics.split("\n").filter((line) => line.startsWith("otelcol_exporter_sent_spans"))).toEqual([
      'otelcol_exporter_sent_spans{exporter="kafka"} 120',
    ]);
    expect((await gateway.stop()).code).toBe(0);
  },
  builtCollectorWithinMs,
);

test("the queue's folder is for its owner alone", async () => {
  const { env } = await kafkaTopics();
  const gateway = await startAnswerableCollector({ config: "gateway", env });
  expect(statSync(join(gateway.folder, "queue")).mode & 0o777).toBe(0o700);
});

test("an agent hands its spans to the gateway", async () => {
  const { brokers, topics, env } = await kafkaTopics();
  const gateway = await startAnswerableCollector({ config: "gateway", env });
  const agent = await startAnswerableCollector({
    config: "agent",
    env: { ANSWERABLE_GATEWAY: gateway.grpc, ANSWERABLE_GATEWAY_PLAINTEXT: "true" },
  });
  expect(await agent.send(protoRequest(calls(0, 60)))).toBe(200);
  const spans = await collected(brokers, topics.spans, 60);
  expect(sorted(spans)).toEqual(traceIds(0, 60));
  expectKeyed(spans, "test");
});

test("an agent keeps what it took while the gateway is away, also when it is killed", async () => {
  const { brokers, topics, env } = await kafkaTopics();
  const gateway = await startAnswerableCollector({ config: "gateway", env });
  const agent = await startAnswerableCollector({
    config: "agent",
    env: { ANSWERABLE_GATEWAY: gateway.grpc, ANSWERABLE_GATEWAY_PLAINTEXT: "true" },
  });
  await gateway.kill();
  expect(await agent.send(protoRequest(calls(0, 60)))).toBe(200);
  await agent.kill();
  await gateway.again();
  await agent.again();
  expect(sorted(await collected(brokers, topics.spans, 60))).toEqual(traceIds(0, 60));
});

test("a raw topic is keyed anew, and a record that can't be read costs its neighbours nothing", async () => {
  const { brokers, topics, env } = await kafkaTopics();
  const good = (from: number) => ({ value: protoRequest(calls(from, 30)), partition: 0 });
  await produce(brokers, topics.raw, [good(0), { value: Buffer.from("no request"), partition: 0 }, good(30)]);
  const rekey = await startAnswerableCollector({ config: "rekey", env });
  const spans = await collected(brokers, topics.spans, 60);
  expect(sorted(spans)).toEqual(traceIds(0, 60));
  expectKeyed(spans, "test");
  expect(rekey.logs()).toContain("failed to consume message, skipping");
  // What was read is not read again.
  await rekey.stop();
  await produce(brokers, topics.raw, [good(60)]);
  await rekey.again();
  expect(sorted(await collected(brokers, topics.spans, 90))).toEqual(traceIds(0, 90));
});

test("a graceful stop loses nothing of what was answered for a moment before", async () => {
  const { brokers, topics, env } = await kafkaTopics();
  const gateway = await startAnswerableCollector({ config: "gateway", env });
  for (let from = 0; from < 500; from += 50)
    expect(await gateway.send(protoRequest(calls(from, 50)))).toBe(200);
  const { code, afterMs } = await gateway.stop();
  expect({ code, quick: afterMs < 10_000 }).toEqual({ code: 0, quick: true });
  await gateway.again();
  expect([...new Set(sorted(await collected(brokers, topics.spans, 500)))]).toEqual(traceIds(0, 500));
});

test("Kafka away, the collector killed, both back: all that was answered for is there, keyed", async () => {
  const kafka = await startKafka();
  leftovers.push(() => kafka.stop());
  const topic = await topicOn(kafka);
  const env = { ANSWERABLE_KAFKA_BROKERS: kafka.brokers.join(","), ANSWERABLE_KAFKA_TOPIC: topic };
  const gateway = await startAnswerableCollector({ config: "gateway", env });
  expect(await gateway.send(protoRequest(calls(0, 50)))).toBe(200);
  await collected(kafka.brokers, topic, 50);
  await kafka.kill();
  for (let from = 50; from < 300; from += 50)
    expect(await gateway.send(protoRequest(calls(from, 50)))).toBe(200);
  await gateway.kill();
  await kafka.restart();
  await gateway.again();
  const spans = await collected(kafka.brokers, topic, 300);
  expect([...new Set(sorted(spans))]).toEqual(traceIds(0, 300));
  expectKeyed(spans, "test");
}, 120_000);

async function topicOn({ brokers }: KafkaServer): Promise<string> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: "spans", numPartitions: 2, replicationFactor: 1 }],
  });
  await admin.disconnect();
  return "spans";
}

test.each(["gateway", "rekey"])("%s says which setting is missing", async (config) => {
  const { code, said } = await runCollector([], { config });
  expect(code).toBe(1);
  expect(said).toContain("brokers: exporters::kafka names no Kafka broker");
  expect(said).toContain("ANSWERABLE_KAFKA_BROKERS=host:port");
});

test("an agent says which setting is missing", async () => {
  const { code, said } = await runCollector([], { config: "agent" });
  expect(code).toBe(1);
  expect(said).toContain("ANSWERABLE_GATEWAY");
});
