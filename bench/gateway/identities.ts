import { Kafka, logLevel } from "kafkajs";
import { setTimeout as delay } from "node:timers/promises";
import { keyGroup } from "../../detector/decode/index.ts";
import { readZstd } from "../../test/support/kafka/zstd.ts";
import { manyIdentities, ordinalsOf } from "../agent-batch.ts";
import type { Area, Figure } from "../figure.ts";
import { megabytes } from "../store.ts";
import { type BenchTopic, startTopic } from "../topic.ts";
import { configurations, startGateway } from "./collector.ts";

const identityCount = 100_000;
const spansOfRequest = 200;
const requestsPerSecond = 25;
const seconds = Number(process.env["ANSWERABLE_BENCH_SECONDS"] ?? 180);
const sendersAtOnce = 4;
const drainMs = 120_000;
/** What it may hold, and how long it may stand still while there is something to write. */
const memoryTargetMb = 1024;
const stallTargetSeconds = 10;

type Say = (line: string) => void;
type Gateway = Awaited<ReturnType<typeof startGateway>>;

/**
 * A hundred thousand identities through the shipped configuration, two hundred in each request, for minutes. It counts what was
 * acknowledged and what Kafka holds, and fails when a span is lost or lies under another group's key.
 */
export const identities: Area = {
  area: "identities",
  async run(progress): Promise<Figure[]> {
    const topic = await startTopic();
    try {
      const gateway = await startGateway("gateway", configurations.gateway, topic);
      try {
        return await measure(gateway, topic, progress);
      } finally {
        await gateway.stop();
      }
    } finally {
      await topic.stop();
    }
  },
};

async function measure(gateway: Gateway, topic: BenchTopic, progress: Say): Promise<Figure[]> {
  const stalls = watchStalls(gateway, () => acknowledged, progress);
  let acknowledged = 0;
  await sendAll(gateway.url, (spans) => (acknowledged += spans));
  await stalls.drained(acknowledged);
  const held = await read(topic);
  const lost = acknowledged - held.distinct;
  progress(
    `identities: ${identityCount} of them, ${acknowledged} spans acknowledged, ${held.spans} in Kafka in ${held.records} records, ${held.distinct} distinct, ${held.spans - held.distinct} twice, ${lost} lost, ${held.misplaced} under another key`,
  );
  if (lost !== 0 || held.misplaced !== 0) throw new Error("spans were lost, or lie under another key");
  const peak = megabytes(gateway.process.peakBytes());
  const figure = (name: string, value: number, unit: string, target: number): Figure => ({
    name,
    value,
    unit,
    peer: "target",
    peerValue: target,
    ratio: target / Math.max(value, 0.001),
  });
  return [
    figure("identities-memory", peak, "MB at most", memoryTargetMb),
    figure("identities-stall", stalls.longestSeconds(), "s without a span written", stallTargetSeconds),
  ];
}

/** Requests at a steady rate; `onAcknowledged` is told of each that was answered with success. */
async function sendAll(url: string, onAcknowledged: (spans: number) => void): Promise<void> {
  const total = seconds * requestsPerSecond;
  const startedAt = Date.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < total; at = next++) {
      await delay(Math.max(0, startedAt + (at * 1000) / requestsPerSecond - Date.now()));
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: new Uint8Array(manyIdentities(at, spansOfRequest, identityCount)),
      });
      await answer.arrayBuffer();
      if (answer.status === 200) onAcknowledged(spansOfRequest);
      else if (answer.status < 500) throw new Error(`request ${at} was answered ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: sendersAtOnce }, sender));
}

/** Looks once a second whether what was acknowledged goes on being written. */
function watchStalls(gateway: Gateway, acknowledged: () => number, progress: Say) {
  let longestMs = 0;
  let written = 0;
  let risenAt = Date.now();
  let lines = 0;
  const look = async (): Promise<void> => {
    const now = await gateway.written();
    if (now > written || now >= acknowledged()) risenAt = Date.now();
    longestMs = Math.max(longestMs, Date.now() - risenAt);
    written = now;
    if (lines++ % 20 === 0)
      progress(
        `identities: ${acknowledged()} acknowledged, ${written} written, ${megabytes(gateway.process.peakBytes())} MB at most`,
      );
  };
  const timer = setInterval(() => void look().catch(() => undefined), 1000);
  return {
    longestSeconds: () => longestMs / 1000,
    async drained(spans: number): Promise<void> {
      const until = Date.now() + drainMs;
      while ((await gateway.written()) < spans && Date.now() < until) await delay(200);
      clearInterval(timer);
    },
  };
}

interface Held {
  readonly spans: number;
  readonly distinct: number;
  readonly records: number;
  readonly misplaced: number;
}

/** All that the topic holds, counted span by span. */
async function read(topic: BenchTopic): Promise<Held> {
  readZstd();
  const kafka = new Kafka({ brokers: [topic.broker], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic.spans);
  await admin.disconnect();
  const total = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const seen = new Uint8Array(seconds * requestsPerSecond * spansOfRequest);
  const held = { spans: 0, distinct: 0, records: 0, misplaced: 0 };
  const consumer = kafka.consumer({ groupId: "bench-identities", maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: topic.spans, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { key, value } }) => {
      held.records += 1;
      for (const { ordinal, identity } of ordinalsOf(value ?? Buffer.alloc(0))) {
        held.spans += 1;
        if (seen[ordinal] === 0) held.distinct += 1;
        seen[ordinal] = 1;
        if (keyGroup("default", identity) !== key?.toString()) held.misplaced += 1;
      }
    },
  });
  while (held.records < total) await delay(200);
  await consumer.disconnect();
  return held;
}
