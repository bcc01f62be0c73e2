import { startClickHouse } from "../test/support/servers.ts";
import { agentBatch, probeBatch, probeIdentity, spanCount } from "./agent-batch.ts";
import type { Area, Figure } from "./figure.ts";
import { startMeasured } from "./measured-process.ts";
import { type Asking, asking, pause, reached } from "./store.ts";
import { type BenchTopic, recordOf, recordsOf, startTopic } from "./topic.ts";

type Say = (line: string) => void;

const database = "bench_latency";
/** Records of 200 spans that show how fast the path can go here, after as many that warm it up. */
const recordsAtFull = 400;
/** Violations at known instants, one every so many milliseconds. */
const probes = 200;
const probeEveryMs = 100;
const targetMs = 1000;

/** From the end of an action that no grant covers to its finding in the store, on Kafka, at half of what the path can do. */
export const latency: Area = {
  area: "latency",
  async run(progress) {
    const clickhouse = await startClickHouse();
    const topic = await startTopic();
    const store = asking(clickhouse.url, database);
    const env = {
      ANSWERABLE_KAFKA_BROKERS: topic.broker,
      ANSWERABLE_CLICKHOUSE_URL: clickhouse.url,
      ANSWERABLE_CLICKHOUSE_DATABASE: database,
    };
    await (await startMeasured("detector/main.js", ["migrate"], /applied/u, env)).stop();
    // The server stamps what it is given, so that no polling blurs the instants.
    await store.command(
      "CREATE MATERIALIZED VIEW stamped ENGINE = MergeTree ORDER BY identity_id AS SELECT identity_id, now64(3) AS seen_at FROM findings",
    );
    const detect = await startMeasured("detector/main.js", ["detect"], /partitions assigned/u, env);
    try {
      const rate = (await fullRate(topic, store)) / 2;
      progress(`latency: half load is ${Math.round(rate)} spans/s of the clock`);
      const sentAt = await load(topic, rate);
      return figures(await delays(store, sentAt), rate, progress);
    } finally {
      await detect.stop();
      await store.close();
      await topic.stop();
      await clickhouse.stop();
    }
  },
};

/** Spans a second of the clock, everything on this machine. */
async function fullRate(topic: BenchTopic, store: Asking): Promise<number> {
  let begun = 0;
  for (let turn = 0; turn < 2; turn += 1) {
    const records = recordsOf(turn * recordsAtFull, (turn + 1) * recordsAtFull);
    begun = performance.now();
    await topic.send(records);
    await reached("full load", () => store.count("actions"), (turn + 1) * recordsAtFull * spanCount);
  }
  return (recordsAtFull * spanCount * 1000) / (performance.now() - begun);
}

/** Sends at a fixed rate and, on the way, the probes; resolves with the instant at which each was done and sent. */
async function load(topic: BenchTopic, rate: number): Promise<ReadonlyMap<string, number>> {
  const sentAt = new Map<string, number>();
  const begun = performance.now();
  let number = 2 * recordsAtFull;
  let sent = 0;
  for (let probe = 0; probe < probes; probe += 1) {
    const due = ((performance.now() - begun) / 1000) * rate;
    const records = [];
    for (; sent < due; sent += spanCount) records.push(recordOf(agentBatch(number++)));
    const now = Date.now();
    sentAt.set(probeIdentity(probe), now);
    await topic.send([...records, recordOf(probeBatch(probe, now))]);
    await pause(Math.max(0, begun + (probe + 1) * probeEveryMs - performance.now()));
  }
  return sentAt;
}

/** Milliseconds of each probe, in order of size. */
async function delays(store: Asking, sentAt: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const ofProbes = "stamped WHERE startsWith(identity_id, 'agent:probe-')";
  await reached("probes found", () => store.count(ofProbes), sentAt.size);
  const rows = await store.rows<{ identity_id: string; at: string }>(
    `SELECT identity_id, toUnixTimestamp64Milli(min(seen_at)) AS at FROM ${ofProbes} GROUP BY identity_id`,
  );
  if (rows.length !== sentAt.size) throw new Error(`${rows.length} of ${sentAt.size} probes were found`);
  return rows
    .map((row) => Number(row.at) - (sentAt.get(row.identity_id) ?? Number.NaN))
    .toSorted((one, other) => one - other);
}

function figures(sorted: readonly number[], rate: number, progress: Say): Figure[] {
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  progress(
    `latency: ${sorted.length} findings at ${Math.round(rate)} spans/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${sorted.at(-1)} ms at most`,
  );
  return [0.5, 0.99].map((part) => ({
    name: `finding-stored-p${part * 100}`,
    value: at(part),
    unit: "ms",
    peer: "the target",
    peerValue: targetMs,
    ratio: targetMs / at(part),
  }));
}
