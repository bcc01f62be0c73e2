import { createClient } from "@clickhouse/client";
import { gzipSync } from "node:zlib";
import { openKafka } from "../detector/ingest/kafka.ts";
import { systemClock } from "../detector/clock.ts";
import { defaultLimits } from "../detector/decode/index.ts";
import { Config } from "../detector/config/config.ts";
import { shippedAttributor } from "../detector/roles/package-files.ts";
import { intake } from "../detector/stream/intake.ts";
import { startClickHouse, startKafka } from "../test/support/servers.ts";
import { freePorts } from "../detector/store/embedded/free-ports.ts";
import { tempFolder } from "../test/support/temp-folder.ts";
import { agentBatch, spanCount } from "./agent-batch.ts";
import type { Area, Figure } from "./figure.ts";
import { type MeasuredProcess, startMeasured } from "./measured-process.ts";

/** Batches of 200 spans that go through each path, after a few that warm it up. */
const batches = 300;
const warmUp = 30;
const requestsAtOnce = 8;
const peer = "protobufjs → JSONEachRow, without attribution, detection or positions";

/**
 * The whole way of a span, from a request or a record to a row, in spans a second of the processor time of the process
 * that does the work. ClickHouse and Kafka are processes of their own and not counted. Beside it, a program of the
 * ordinary kind that only stores the spans.
 */
export const path: Area = {
  area: "path",
  async run(progress) {
    const clickhouse = await startClickHouse();
    try {
      const embedded = await embeddedPath(clickhouse.url, progress);
      return [embedded, await kafkaPath(clickhouse.url, progress)];
    } finally {
      await clickhouse.stop();
    }
  },
};

type Say = (line: string) => void;

async function embeddedPath(clickhouseUrl: string, progress: Say): Promise<Figure> {
  const bodies = Array.from({ length: warmUp + batches }, (_, number) => gzipSync(agentBatch(number)));
  const folder = tempFolder("bench");
  const [port] = await freePorts(1);
  const ours = await startMeasured("detector/main.js", ["up"], /answerable is up/u, {
    ANSWERABLE_DATA: folder.path,
    ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${port}`,
    ANSWERABLE_CLICKHOUSE_URL: clickhouseUrl,
    ANSWERABLE_CLICKHOUSE_DATABASE: "bench_embedded",
  });
  const theirs = await startMeasured("bench/peers/receiver.js", [clickhouseUrl, "default"], /ready (\S+)/u);
  try {
    const value = await throughput("embedded", ours, progress, (from, to) =>
      post(`http://127.0.0.1:${port}/v1/traces`, bodies.slice(from, to)),
    );
    const peerValue = await throughput(`embedded, peer`, theirs, progress, (from, to) =>
      post(theirs.ready, bodies.slice(from, to)),
    );
    await expectStored(clickhouseUrl, "bench_embedded");
    return { name: "embedded", value, unit: "spans/s of CPU", peer, peerValue, ratio: value / peerValue };
  } finally {
    await ours.stop();
    await theirs.stop();
    folder.remove();
  }
}

async function kafkaPath(clickhouseUrl: string, progress: Say): Promise<Figure> {
  const broker = await startKafka();
  const config = Config.parse({ kafka: { brokers: broker.brokers } });
  const kafka = openKafka(config.kafka, {
    log: () => undefined,
    clock: systemClock,
    telemetry: { count: () => undefined },
    owner: "bench",
    inflatedBytesMax: config.limits.inflatedBytesMax,
  });
  const env = {
    ANSWERABLE_KAFKA_BROKERS: broker.brokers.join(","),
    ANSWERABLE_CLICKHOUSE_URL: clickhouseUrl,
    ANSWERABLE_CLICKHOUSE_DATABASE: "bench_kafka",
  };
  const { topics } = config.kafka;
  const started: MeasuredProcess[] = [];
  try {
    await kafka.createTopics(
      [topics.spans, topics.control, topics.deadLetters].map((name) => ({
        name,
        partitions: name === topics.spans ? 4 : 1,
        replicas: 1,
        settings: {},
      })),
    );
    await (await startMeasured("detector/main.js", ["migrate"], /applied/u, env)).stop();
    started.push(await startMeasured("detector/main.js", ["detect"], /partitions assigned/u, env));
    started.push(
      await startMeasured(
        "bench/peers/consumer.js",
        [clickhouseUrl, "default", broker.brokers.join(","), topics.spans],
        /ready/u,
      ),
    );
    const [ours, theirs] = started as [MeasuredProcess, MeasuredProcess];
    const produce = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 1) await kafka.send(topics.spans, recordsOf(number));
    };
    // Both read the same records at the same time, so that whatever else the machine does costs both alike.
    const counts = async (): Promise<[number, number]> => [
      await stored(clickhouseUrl, "bench_kafka.actions"),
      await stored(clickhouseUrl, "default.peer_spans"),
    ];
    const peerBefore = (await counts())[1];
    await produce(0, warmUp);
    await reached(
      async () => (await counts()).map((count, at) => count - (at === 1 ? peerBefore : 0)),
      warmUp * spanCount,
    );
    const before = [ours.cpuSeconds(), theirs.cpuSeconds()];
    await produce(warmUp, warmUp + batches);
    await reached(
      async () => (await counts()).map((count, at) => count - (at === 1 ? peerBefore : 0)),
      (warmUp + batches) * spanCount,
    );
    const [value, peerValue] = [ours, theirs].map((one, at) =>
      Math.round((batches * spanCount) / (one.cpuSeconds() - (before[at] ?? 0))),
    ) as [number, number];
    progress(
      `kafka-to-clickhouse: ${value} and ${peerValue} spans/s of CPU, at most ${megabytes(ours)} and ${megabytes(theirs)} MB`,
    );
    return {
      name: "kafka-to-clickhouse",
      value,
      unit: "spans/s of CPU",
      peer,
      peerValue,
      ratio: value / peerValue,
    };
  } finally {
    for (const one of started) await one.stop();
    await kafka.close();
    await broker.stop();
  }
}

const attributor = shippedAttributor();

function recordsOf(
  number: number,
): { key: string; value: Uint8Array; headers: Readonly<Record<string, string>> }[] {
  const sender = { tenant: "default", source: "", speaksFor: () => true, proves: () => false };
  const taken = intake(agentBatch(number), "otlp_proto", sender, {
    attributor,
    limits: defaultLimits,
    recordBytesMax: 900_000,
  });
  if (!taken.ok) throw new Error(taken.message);
  return [...taken.records];
}

/** Spans a second of processor time, once warm. */
async function throughput(
  name: string,
  measured: MeasuredProcess,
  progress: Say,
  send: (from: number, to: number) => Promise<void>,
): Promise<number> {
  await send(0, warmUp);
  const before = measured.cpuSeconds();
  await send(warmUp, warmUp + batches);
  const value = Math.round((batches * spanCount) / (measured.cpuSeconds() - before));
  progress(`${name}: ${value} spans/s of CPU, at most ${megabytes(measured)} MB`);
  return value;
}

async function post(url: string, bodies: readonly Uint8Array[]): Promise<void> {
  const headers = { "content-type": "application/x-protobuf", "content-encoding": "gzip" };
  const rest = [...bodies];
  const lane = async (): Promise<void> => {
    for (let body = rest.shift(); body !== undefined; body = rest.shift()) {
      const response = await fetch(url, { method: "POST", headers, body });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, lane));
}

/** A fast path that loses spans is worth nothing. */
async function expectStored(url: string, database: string): Promise<void> {
  const count = await stored(url, `${database}.v_actions`);
  const expected = (warmUp + batches) * spanCount;
  if (count !== expected) throw new Error(`${database} holds ${count} actions of ${expected}`);
}

async function stored(url: string, table: string): Promise<number> {
  const client = createClient({ url });
  try {
    const result = await client.query({ query: `SELECT count() AS n FROM ${table}`, format: "JSONEachRow" });
    const [row] = await result.json<{ n: string }>();
    return Number(row?.n ?? 0);
  } catch {
    return 0;
  } finally {
    await client.close();
  }
}

async function reached(counts: () => Promise<readonly number[]>, expected: number): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if ((await counts()).every((count) => count >= expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `only ${(await counts()).join(" and ")} of ${expected} spans were stored within two minutes`,
  );
}

const megabytes = (measured: MeasuredProcess): number => Math.round(measured.peakBytes() / 2 ** 20);
