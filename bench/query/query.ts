import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../test/support/repository.ts";
import { startClickHouse } from "../../test/support/servers.ts";
import type { Area, Figure } from "../figure.ts";
import { startMeasured } from "../measured-process.ts";
import { type Asking, asking, mergesDone } from "../store.ts";
import { actionsSql, findingsSql, peerSql, size, startsAt } from "./data.ts";
import { parametersSql, type Question, questions } from "./questions.ts";

type Say = (line: string) => void;

const database = "bench_query";
const peerDatabase = "bench_query_peer";
const peer = "the Collector's otel_traces, same spans";
/** What an answer may take, in milliseconds; stands beside what the peer's tables can't be asked. */
const targetMs = 20;
const askedMin = 50;
/** How long the peer is asked one question, in milliseconds: where it reads everything, fewer parameters tell enough. */
const peerPatienceMs = 20_000;

/** What an analyst waits for on eight million actions, over HTTP, through the views. */
export const query: Area = {
  area: "query",
  async run(progress) {
    const clickhouse = await startClickHouse();
    const [ours, theirs] = [asking(clickhouse.url, database), asking(clickhouse.url, peerDatabase)];
    try {
      await (
        await startMeasured("detector/main.js", ["migrate"], /applied/u, {
          ANSWERABLE_CLICKHOUSE_URL: clickhouse.url,
          ANSWERABLE_CLICKHOUSE_DATABASE: database,
        })
      ).stop();
      await fill(ours, progress);
      await fillPeer(asking(clickhouse.url), theirs, progress);
      const given = await ours.rows<Parameters>(parametersSql);
      if (given.length < askedMin) throw new Error(`there are parameters for ${given.length} questions only`);
      const figures: Figure[] = [];
      for (const one of questions) figures.push(await ask(one, given, ours, theirs, progress));
      return figures;
    } finally {
      await ours.close();
      await theirs.close();
      await clickhouse.stop();
    }
  },
};

type Parameters = Readonly<Record<string, string>>;

/** Blocks as the detector's chunks are. */
const blocks =
  "SETTINGS max_threads = 1, max_insert_threads = 1, max_insert_block_size = 60000, min_insert_block_size_rows = 60000";
const slice = 1_000_000;

async function fill(store: Asking, progress: Say): Promise<void> {
  const total = size.chains * size.spansOfChain;
  for (let from = 0; from < total; from += slice) {
    const begun = performance.now();
    const count = Math.min(slice, total - from);
    await insert(store, "actions", actionsSql(from, count));
    const rate = Math.round((count / (performance.now() - begun)) * 1000);
    progress(`query: ${from + count} of ${total} actions made, ${rate} rows/s`);
  }
  await insert(store, "findings", findingsSql());
  await mergesDone(store);
}

async function fillPeer(server: Asking, store: Asking, progress: Say): Promise<void> {
  await server.command(`CREATE DATABASE ${peerDatabase}`);
  await server.close();
  const text = readFileSync(join(repositoryRoot, "bench", "query", "otel-traces.sql"), "utf8");
  for (const statement of text.split(/;\n/u).filter((part) => part.trim() !== ""))
    await store.command(statement);
  for (let day = 0; day <= size.days; day += 1) await insert(store, "otel_traces", peerSql(database, day));
  const count = await store.count("otel_traces");
  if (count !== size.chains * size.spansOfChain) throw new Error(`otel_traces holds ${count} spans`);
  progress(`query: the same ${count} spans in otel_traces`);
  await mergesDone(store);
}

/** Columns are named by the SELECT: those that are left out take their defaults. */
async function insert(store: Asking, table: string, select: string): Promise<void> {
  const columns = await store.rows<{ name: string }>(`DESCRIBE (${select})`);
  await store.command(
    `INSERT INTO ${table} (${columns.map((one) => one.name).join(", ")}) ${select} ${blocks}`,
  );
}

async function ask(
  question: Question,
  given: readonly Parameters[],
  ours: Asking,
  theirs: Asking,
  progress: Say,
): Promise<Figure> {
  const own = await times(ours, question.ours, given, Number.POSITIVE_INFINITY);
  const other =
    question.theirs === undefined ? undefined : await times(theirs, question.theirs, given, peerPatienceMs);
  progress(`${question.name}: ${told(own)}${other === undefined ? "" : `; ${peer}: ${told(other)}`}`);
  const value = at(own.ms, 0.95);
  const peerValue = other === undefined ? targetMs : at(other.ms, 0.95);
  return {
    name: question.name,
    value,
    unit: "ms, p95",
    peer: other === undefined ? "the target" : peer,
    peerValue,
    ratio: peerValue / value,
  };
}

interface Times {
  readonly ms: readonly number[];
  readonly rows: number;
}

async function times(
  store: Asking,
  sql: string,
  given: readonly Parameters[],
  patienceMs: number,
): Promise<Times> {
  const ms: number[] = [];
  let rows = 0;
  const answer = (parameters: Parameters): Promise<readonly unknown[]> =>
    store.rows(sql, { ...parameters, since: startsAt });
  await answer(given[0] ?? {});
  const begun = performance.now();
  for (const parameters of given) {
    const from = performance.now();
    rows += (await answer(parameters)).length;
    ms.push(performance.now() - from);
    if (performance.now() - begun > patienceMs) break;
  }
  if (rows === 0) throw new Error(`nothing answers ${sql}`);
  return { ms: ms.toSorted((one, other) => one - other), rows };
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const told = ({ ms, rows }: Times): string =>
  `p50 ${at(ms, 0.5).toFixed(1)} ms, p95 ${at(ms, 0.95).toFixed(1)} ms over ${ms.length} parameters, ${Math.round(rows / ms.length)} rows each`;
