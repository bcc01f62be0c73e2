import { spanCount } from "./agent-batch.ts";
import { buildCollector, collectorName, startCollector } from "./collector.ts";
import type { Figure } from "./figure.ts";
import { cpuSecondsOf, type MeasuredProcess, startMeasured } from "./measured-process.ts";
import { expectAttributes } from "./read-back.ts";
import { type Asking, asking, megabytes, mergesDone, reached } from "./store.ts";
import { type BenchTopic, recordsOf, startTopic } from "./topic.ts";

/** Records of 200 spans that one turn is measured on, after as many that warm it up. */
const recordsOfTurn = 1200;
const turns = ["ours", "theirs", "ours", "theirs"] as const;
const peer = `${collectorName}, batches of 20,000`;

type Say = (line: string) => void;

/** A server that all store in. */
export interface ClickHouse {
  readonly url: string;
  readonly nativePort: number;
  pid(): number;
}

/** One of the two that are measured: where it stores, and how to start it. */
interface Contender {
  readonly name: string;
  readonly table: string;
  start(): Promise<MeasuredProcess>;
}

/** What one turn took. */
interface Turn {
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly peakBytes: number;
}

/**
 * One topic into one server, by us and by the stock Collector. They take turns, so that the server's processor time can
 * be told apart: while one is measured on records that arrive, the other stands still, and catches up on them
 * afterwards, which warms it up for its own turn.
 */
export async function kafkaPath(clickhouse: ClickHouse, progress: Say): Promise<Figure[]> {
  const program = await buildCollector(progress);
  const topic = await startTopic();
  const store = asking(clickhouse.url);
  try {
    const contenders = {
      ours: await answerable(clickhouse, topic),
      theirs: collector(program, clickhouse, topic),
    };
    const took: Record<keyof typeof contenders, Turn[]> = { ours: [], theirs: [] };
    await topic.send(recordsOf(0, recordsOfTurn));
    for (const [at, who] of turns.entries()) {
      const one = contenders[who];
      const process = await one.start();
      try {
        const turn = await measure({
          one,
          process,
          clickhouse,
          store,
          topic,
          sent: (at + 1) * recordsOfTurn,
        });
        took[who].push(turn);
        progress(`kafka-to-clickhouse, ${one.name}: ${told(turn)}`);
      } finally {
        await process.stop();
      }
    }
    await catchUp(contenders.ours, store, turns.length + 1);
    await expectAll(contenders, store);
    progress("kafka-to-clickhouse: both stored each span once, with all its attributes");
    return figures(took.ours, took.theirs);
  } finally {
    await store.close();
    await topic.stop();
  }
}

interface Measuring {
  readonly one: Contender;
  readonly process: MeasuredProcess;
  readonly clickhouse: ClickHouse;
  readonly store: Asking;
  readonly topic: BenchTopic;
  /** Records that the topic holds already. */
  readonly sent: number;
}

async function measure({ one, process, clickhouse, store, topic, sent }: Measuring): Promise<Turn> {
  const stored = (): Promise<number> => store.count(one.table);
  await reached(`${one.name}, catching up`, stored, sent * spanCount);
  const records = recordsOf(sent, sent + recordsOfTurn);
  await mergesDone(store);
  const before = { own: process.cpuSeconds(), server: cpuSecondsOf(clickhouse.pid()) };
  await topic.send(records);
  await reached(one.name, stored, (sent + recordsOfTurn) * spanCount);
  const cpuSeconds = process.cpuSeconds() - before.own;
  // An insert is paid for in full when its parts are merged.
  await mergesDone(store);
  const serverCpuSeconds = cpuSecondsOf(clickhouse.pid()) - before.server;
  return { cpuSeconds, serverCpuSeconds, peakBytes: process.peakBytes() };
}

async function answerable(clickhouse: ClickHouse, topic: BenchTopic): Promise<Contender> {
  const env = {
    ANSWERABLE_KAFKA_BROKERS: topic.broker,
    ANSWERABLE_CLICKHOUSE_URL: clickhouse.url,
    ANSWERABLE_CLICKHOUSE_DATABASE: "bench_kafka",
    ANSWERABLE_TELEMETRY_LISTEN: "off",
    // Some 20,000 spans, as the other's batches have.
    ANSWERABLE_CHUNK_BYTES_MAX: String(16 * 2 ** 20),
  };
  await (await startMeasured("detector/main.js", ["migrate"], /applied/u, env)).stop();
  return {
    name: "answerable",
    table: "bench_kafka.actions",
    start: () => startMeasured("detector/main.js", ["detect"], /partitions assigned/u, env),
  };
}

function collector(program: string, clickhouse: ClickHouse, topic: BenchTopic): Contender {
  return {
    name: "stock Collector",
    table: "bench_collector.otel_traces",
    start: () =>
      startCollector(program, {
        broker: topic.broker,
        topic: topic.spans,
        clickHousePort: clickhouse.nativePort,
        database: "bench_collector",
      }),
  };
}

async function catchUp(one: Contender, store: Asking, rounds: number): Promise<void> {
  const process = await one.start();
  try {
    await reached(one.name, () => store.count(one.table), rounds * recordsOfTurn * spanCount);
  } finally {
    await process.stop();
  }
}

/** A fast path that loses spans, or what they say, is worth nothing. */
async function expectAll(
  { ours, theirs }: Record<"ours" | "theirs", Contender>,
  store: Asking,
): Promise<void> {
  const expected = (turns.length + 1) * recordsOfTurn * spanCount;
  for (const [name, table] of [
    [ours.name, "bench_kafka.v_actions"],
    [theirs.name, theirs.table],
  ] as const) {
    const count = await store.count(table);
    if (count !== expected) throw new Error(`${name} holds ${count} spans of ${expected}`);
  }
  await expectAttributes(store, "bench_kafka", theirs.table, expected);
}

const spans = recordsOfTurn * spanCount;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const rate = (took: readonly Turn[], of: "cpuSeconds" | "serverCpuSeconds"): number =>
  Math.round((spans * took.length) / sum(took.map((turn) => turn[of])));
const peak = (took: readonly Turn[]): number => megabytes(Math.max(...took.map((turn) => turn.peakBytes)));

const told = (turn: Turn): string =>
  `${rate([turn], "cpuSeconds")} spans a CPU-second of its own, ${rate([turn], "serverCpuSeconds")} of ClickHouse's, at most ${peak([turn])} MB`;

function figures(ours: readonly Turn[], theirs: readonly Turn[]): Figure[] {
  const own = [rate(ours, "cpuSeconds"), rate(theirs, "cpuSeconds")] as const;
  const server = [rate(ours, "serverCpuSeconds"), rate(theirs, "serverCpuSeconds")] as const;
  const memory = [peak(ours), peak(theirs)] as const;
  const more = (name: string, unit: string, [value, peerValue]: readonly [number, number]): Figure => ({
    name,
    value,
    unit,
    peer,
    peerValue,
    ratio: value / peerValue,
  });
  return [
    more("kafka-to-clickhouse", "spans/s of CPU", own),
    more("kafka-to-clickhouse-server", "spans/s of ClickHouse's CPU", server),
    { ...more("kafka-to-clickhouse-memory", "MB at most", memory), ratio: memory[1] / memory[0] },
  ];
}
