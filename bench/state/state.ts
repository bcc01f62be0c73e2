import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startClickHouse } from "../../test/support/servers.ts";
import type { Area, Figure } from "../figure.ts";
import { startMeasured } from "../measured-process.ts";
import { asking, megabytes, mergesDone } from "../store.ts";
import { openBench } from "./engine.ts";
import { seed } from "./seed.ts";
import { floodDatabases, flooding } from "./flooding.ts";
import type { Fed } from "./subject.ts";

/** Identities in the store; the figures are meant for a million, fewer show that all of it works. */
const many = Number(process.env["BENCH_IDENTITIES"] ?? 1_000_000);
/** Identities that somebody invents. */
const invented = Number(process.env["BENCH_INVENTED"] ?? 5_000_000);
const few = Math.min(1000, many);
/** Records of 200 spans of one turn, after as many that warm the process up. */
const recordsOfTurn = 1280;
const turns = 2;
const targets = { restartMs: 10_000, residentBytes: 4 * 2 ** 30, ratio: 0.8 };

type Say = (line: string) => void;

/** What a million identities cost: their states in the store, in memory, and while they act. */
export const state: Area = {
  area: "state",
  run: (progress) => withClickHouse((url) => scale(url, progress)),
};

/** What identities that somebody invents cost, and whether the real ones are lost among them. */
export const flood: Area = {
  area: "flood",
  run: (progress) =>
    withClickHouse(async (url) => {
      for (const database of floodDatabases) await migrated(url, database);
      return flooding(url, invented, progress);
    }),
};

async function withClickHouse(run: (url: string) => Promise<Figure[]>): Promise<Figure[]> {
  const clickhouse = await startClickHouse();
  try {
    return await run(clickhouse.url);
  } finally {
    await clickhouse.stop();
  }
}

async function scale(url: string, progress: Say): Promise<Figure[]> {
  const names = { few: "bench_state_few", many: "bench_state_many" };
  await filled(url, names.few, few, progress);
  const meanBytes = await filled(url, names.many, many, progress);
  const small = await started(url, names.few, few);
  const large = await started(url, names.many, many);
  progress(
    `state: first record of ${many} identities after ${Math.round(large.firstMs)} ms, of ${few} after ${Math.round(small.firstMs)} ms`,
  );
  try {
    const took = { small: [] as Fed[], large: [] as Fed[] };
    for (const subject of [small, large]) await subject.feed(recordsOfTurn);
    for (let turn = 0; turn < turns; turn += 1) {
      took.small.push(await small.feed(recordsOfTurn));
      took.large.push(await large.feed(recordsOfTurn));
      progress(`state: ${told(few, took.small.at(-1)!)}; ${told(many, took.large.at(-1)!)}`);
    }
    const [rate, peerRate] = [rateOf(took.large), rateOf(took.small)];
    const peak = took.large.at(-1)!.peakBytes;
    return [
      {
        name: "state-throughput",
        value: rate,
        unit: "spans/s of CPU",
        peer: `${few} identities`,
        peerValue: peerRate,
        ratio: rate / peerRate,
      },
      against("state-restart", "ms to the first record", large.firstMs, targets.restartMs),
      against("state-memory", "MB at most", megabytes(peak), megabytes(targets.residentBytes)),
      against("state-size", "bytes an identity, stored", meanBytes, 512),
    ];
  } finally {
    await small.stop();
    await large.stop();
  }
}

const against = (name: string, unit: string, value: number, target: number): Figure => ({
  name,
  value,
  unit,
  peer: "the target",
  peerValue: target,
  ratio: target / value,
});

async function migrated(url: string, database: string): Promise<void> {
  const env = { ANSWERABLE_CLICKHOUSE_URL: url, ANSWERABLE_CLICKHOUSE_DATABASE: database };
  await (await startMeasured("detector/main.js", ["migrate"], /applied/u, env)).stop();
}

async function filled(url: string, database: string, identities: number, progress: Say): Promise<number> {
  await migrated(url, database);
  const opened = openBench(url, database);
  const begun = performance.now();
  const meanBytes = await seed(opened.database, identities);
  await opened.database.close();
  const server = asking(url);
  await mergesDone(server);
  await server.close();
  progress(
    `state: ${identities} identities stored in ${Math.round(performance.now() - begun)} ms, ${meanBytes} bytes each`,
  );
  return meanBytes;
}

interface Subject {
  /** From the start of the process until its first record was judged and stored, milliseconds. */
  readonly firstMs: number;
  feed(records: number): Promise<Fed>;
  stop(): Promise<void>;
}

async function started(url: string, database: string, identities: number): Promise<Subject> {
  const begun = performance.now();
  const script = fileURLToPath(new URL("subject.js", import.meta.url));
  const child = fork(script, [url, database, String(identities)]);
  const feed = (records: number): Promise<Fed> => answered(child, records);
  await feed(1);
  return {
    firstMs: performance.now() - begun,
    feed,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

function answered(child: ChildProcess, records: number): Promise<Fed> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`the process under measurement ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (fed: Fed) => {
      child.off("exit", onExit);
      resolve(fed);
    });
    child.send(records);
  });
}

function rateOf(took: readonly Fed[]): number {
  const sum = (of: (fed: Fed) => number): number => took.reduce((total, fed) => total + of(fed), 0);
  return Math.round(sum((fed) => fed.spans) / sum((fed) => fed.cpuSeconds));
}

const told = (identities: number, fed: Fed): string =>
  `${identities} identities: ${rateOf([fed])} spans a CPU-second, ${fed.identities} held in ${megabytes(fed.stateBytes)} MB, ${megabytes(fed.residentBytes)} MB resident, ${megabytes(fed.peakBytes)} MB at most`;
