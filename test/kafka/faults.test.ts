/**
 * Goal: a worker that dies, or that sleeps while another takes its partitions, loses nothing and leaves nothing twice.
 * Method: one filled nhi.spans, consumed by a calm worker into one database and by harmed ones into others; then the
 * rows are compared whole, offsets and learned states included. Moments are drawn from a seed that is printed;
 * ANSWERABLE_TEST_SEED repeats them.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { accounted, freezeMidChunk, stored } from "../support/kafka/progress.ts";
import { forget } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { clickHouseVariable } from "../support/shared.ts";
import { sql } from "../support/sql.ts";
import { type Environment, type Role, runVerb, startRole, stopRoles } from "../support/roles.ts";
import { bundledSample } from "../support/test-data.ts";

type Query = KafkaInstallation["query"];

const spans = 4_220;
/** Small chunks make many moments to die in; a short session makes the group notice soon. */
const harsh: Environment = {
  ANSWERABLE_CHUNK_RECORDS_MAX: "3",
  ANSWERABLE_KAFKA_SESSION_TIMEOUT_MS: "1500",
  ANSWERABLE_KAFKA_HEARTBEAT_MS: "300",
};

let installation: KafkaInstallation;
let calm: Rows;
beforeAll(async () => {
  installation = await kafkaInstallation({ partitions: 4, env: harsh });
  const { env, brokers, query } = installation;
  const process = startRole("process", env);
  const replayed = await runVerb(["replay", bundledSample, "--to", brokers.join(","), "--batch", "20"], env);
  if (replayed.code !== 0) throw new Error(replayed.err);
  startRole("detect", env);
  await until("the calm worker is done", async () => (await accounted(query)) >= spans, 60_000);
  calm = await rowsOf(query);
  await process.stop();
  await stopRoles();
}, 120_000);
afterEach(stopRoles);
afterAll(() => installation.drop());

test("the calm run is worth comparing with", async () => {
  expect(calm.actions.length).toBe(spans);
  expect(calm.findings.length).toBeGreaterThan(5);
  expect(calm.alerts.length).toBeGreaterThan(0);
  expect(calm.states.length).toBeGreaterThan(2);
});

test("detect killed with -9 three times ends with the rows of an undisturbed run", async () => {
  const draw = seeded("kill");
  const { env, query } = await unmerged();
  const moments = Array.from({ length: 3 }, () => Math.floor(spans * (0.05 + 0.85 * draw()))).toSorted(
    (a, b) => a - b,
  );
  let detect = startRole("detect", env);
  const seen: number[] = [];
  for (const moment of moments) {
    await until(`${String(moment)} actions are stored`, async () => (await stored(query)) >= moment, 60_000);
    await freezeMidChunk(detect, query, draw);
    seen.push(await stored(query));
    await detect.kill();
    // The next one would cut otherwise, and must not.
    detect = startRole("detect", {
      ...env,
      ANSWERABLE_CHUNK_RECORDS_MAX: String(1 + Math.floor(6 * draw())),
    });
  }
  await until("the last worker is done", async () => (await accounted(query)) >= spans, 60_000);
  process.stdout.write(`killed with ${seen.join(", ")} of ${String(spans)} actions stored\n`);

  expect(seen.every((count) => count < spans)).toBe(true);
  expect(await runVerb(["audit"], env)).toMatchObject({ code: 0, err: "" });
  expectSame(await rowsOf(query), calm);
  expect(await generations(query)).toBeGreaterThan(1);
}, 120_000);

test("a worker that sleeps until its partitions are another's changes no row when it wakes", async () => {
  const draw = seeded("sleep");
  const { env, query } = await unmerged();
  const sleeper = startRole("detect", env);
  await until("the sleeper has begun", async () => (await stored(query)) > spans * 0.2 * draw(), 60_000);
  await freezeMidChunk(sleeper, query, draw);
  const before = await stored(query);
  const other = startRole("detect", { ...env, ANSWERABLE_CHUNK_RECORDS_MAX: "5" });
  await until("the partitions are the other's", () => other.logs().includes("0,1,2,3"), 30_000);
  await until("the other goes on with them", async () => (await stored(query)) > before + 200, 60_000);
  sleeper.thaw();
  await until("all is stored", async () => (await accounted(query)) >= spans, 60_000);
  // What the sleeper still held in hand it has tried to write by now: it has joined again.
  await until("the sleeper has joined again", () => joins(sleeper) > 1, 30_000);
  process.stdout.write(`asleep with ${String(before)} of ${String(spans)} actions stored\n`);

  expect(before).toBeLessThan(spans);
  expect(await runVerb(["audit"], env)).toMatchObject({ code: 0, err: "" });
  expectSame(await rowsOf(query), calm);
  for (const role of [sleeper, other]) expect(await role.stop()).toMatchObject({ code: 0 });
}, 120_000);

/** A database whose tables keep every row that was written: a merge would hide what was written twice. */
async function unmerged(): ReturnType<KafkaInstallation["beside"]> {
  const beside = await installation.beside();
  const url = process.env[clickHouseVariable] ?? "";
  for (const table of ["actions", "findings", "alerts"])
    await sql(url, `SYSTEM STOP MERGES ${beside.database}.${table}`);
  return beside;
}

test("process that does all of its work a second time adds no action, no finding and no alert", async () => {
  const own = await kafkaInstallation({ partitions: 4, env: harsh });
  const { env, brokers, query } = own;
  startRole("detect", { ...env, ANSWERABLE_CHUNK_RECORDS_MAX: "200" });
  const once = startRole("process", env);
  await runVerb(["replay", bundledSample, "--to", brokers.join(","), "--batch", "20"], env);
  await until("all is stored", async () => (await accounted(query)) >= spans, 60_000);
  const first = await rowsOf(query);
  await once.stop();

  await forget(brokers, own.topics.raw, `${own.groupId}-process`);
  startRole("process", env);
  await until("all is accounted for twice", async () => (await accounted(query)) >= spans * 2, 60_000);

  const second = await rowsOf(query);
  expect(second.actions.map(idOf("action_id"))).toEqual(first.actions.map(idOf("action_id")));
  expect(second.findings.map(idOf("finding_id"))).toEqual(first.findings.map(idOf("finding_id")));
  expect(second.alerts.map(idOf("alert_id"))).toEqual(first.alerts.map(idOf("alert_id")));
  const [sums] = await query<Record<string, number>>(
    "SELECT sum(v.actions) AS actions, sum(v.duplicates) AS duplicates, sum(v.spans - v.held - v.actions - v.no_action - v.duplicates - v.dead_lettered) AS open FROM v_audit AS v",
  );
  const [rejudged] = await query<{ late: number }>("SELECT countIf(late) AS late FROM actions FINAL");
  process.stdout.write(`sent twice: ${JSON.stringify({ ...sums, ...rejudged })}\n`);
  expect(sums?.["open"]).toBe(0);
  await stopRoles();
  await own.drop();
}, 120_000);

interface Rows {
  readonly actions: readonly object[];
  readonly findings: readonly object[];
  readonly alerts: readonly object[];
  readonly states: readonly object[];
  readonly positions: readonly object[];
  readonly audit: readonly object[];
  readonly raw: readonly object[];
}

/** Everything that a run left. Where chunks were cut is left out: that a run may choose. */
async function rowsOf(query: Query): Promise<Rows> {
  return {
    actions: await query("SELECT * FROM actions FINAL ORDER BY action_id"),
    findings: await query("SELECT * FROM findings FINAL ORDER BY finding_id"),
    alerts: await query("SELECT * FROM alerts FINAL ORDER BY alert_id"),
    states: await query(
      "SELECT topic, partition, key, payload FROM checkpoints FINAL WHERE kind = 'state' ORDER BY partition, key",
    ),
    positions: await query(
      "SELECT topic, partition, JSONExtractInt(checkpoints.payload, 'progress', 'next') AS next FROM checkpoints FINAL WHERE kind = 'position' ORDER BY partition",
    ),
    audit: await query(
      "SELECT topic, partition, first_offset, next_offset, records, spans, actions, no_action, duplicates, dead_lettered FROM v_audit ORDER BY partition",
    ),
    // Without FINAL: not even hidden rows were written twice.
    raw: await query(
      "SELECT (SELECT count() FROM actions) AS actions, (SELECT count() FROM findings) AS findings, (SELECT count() FROM alerts) AS alerts",
    ),
  };
}

/** Table by table, so that a difference is told in one of them. */
function expectSame(rows: Rows, expected: Rows): void {
  expect(rows.raw).toEqual(expected.raw);
  expect(rows.positions).toEqual(expected.positions);
  expect(rows.audit).toEqual(expected.audit);
  expect(rows.actions).toEqual(expected.actions);
  expect(rows.findings).toEqual(expected.findings);
  expect(rows.alerts).toEqual(expected.alerts);
  expect(rows.states).toEqual(expected.states);
}

const idOf =
  (column: string) =>
  (row: object): unknown =>
    new Map<string, unknown>(Object.entries(row)).get(column);

async function generations(query: Query): Promise<number> {
  return (await query<{ n: number }>("SELECT max(claims.generation) AS n FROM claims"))[0]?.n ?? 0;
}

const joins = (role: Role): number => role.logs().split("partitions assigned").length - 1;

/** Numbers from 0 to 1 out of a seed (mulberry32). */
function seeded(what: string): () => number {
  const seed = Number(process.env["ANSWERABLE_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
  process.stdout.write(`${what}: ANSWERABLE_TEST_SEED=${String(seed)}\n`);
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
