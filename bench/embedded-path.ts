import { gzipSync } from "node:zlib";
import { freePorts } from "../detector/store/embedded/free-ports.ts";
import { tempFolder } from "../test/support/temp-folder.ts";
import { agentBatch, spanCount } from "./agent-batch.ts";
import type { Figure } from "./figure.ts";
import { type MeasuredProcess, startMeasured } from "./measured-process.ts";
import { asking, megabytes } from "./store.ts";

/** Batches that go through each path, after a few that warm it up. */
const batches = 300;
const warmUp = 30;
const requestsAtOnce = 8;
const peer = "protobufjs → JSONEachRow, without attribution, detection or positions";

type Say = (line: string) => void;

/** From an OTLP/HTTP request to rows, beside a receiver of the ordinary kind that only stores the spans. */
export async function embeddedPath(clickhouseUrl: string, progress: Say): Promise<Figure> {
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
    await expectStored(clickhouseUrl);
    return { name: "embedded", value, unit: "spans/s of CPU", peer, peerValue, ratio: value / peerValue };
  } finally {
    await ours.stop();
    await theirs.stop();
    folder.remove();
  }
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
  progress(`${name}: ${value} spans/s of CPU, at most ${megabytes(measured.peakBytes())} MB`);
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
async function expectStored(url: string): Promise<void> {
  const store = asking(url);
  const count = await store.count("bench_embedded.v_actions");
  await store.close();
  const expected = (warmUp + batches) * spanCount;
  if (count !== expected) throw new Error(`bench_embedded holds ${count} actions of ${expected}`);
}
