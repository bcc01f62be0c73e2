/**
 * Goal: of several writers that insert under one deduplication token, the first wins whatever the others bring, and the
 * server remembers it over a restart. The commit of a chunk's plan rests on this alone.
 * Method: race two different rows under one token, many times, and look which is there.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { until } from "../support/poll.ts";
import { startClickHouse } from "../support/servers.ts";
import { sql } from "../support/sql.ts";

const trials = 200;
/** Whether the server collects inserts of several clients first; the default of the server is that it does. */
const insertModes = ["0", "1"];
const engines = ["MergeTree", "ReplacingMergeTree"];
const cases = engines.flatMap((engine) => insertModes.map((asyncInsert) => ({ engine, asyncInsert })));

let server: Awaited<ReturnType<typeof startClickHouse>>;
beforeAll(async () => {
  server = await startClickHouse();
  await sql(server.url, "CREATE DATABASE answerable");
});
afterAll(() => server.stop());

async function createTable(engine: string, asyncInsert: string): Promise<string> {
  const table = `answerable.${engine}_${asyncInsert}`;
  await sql(
    server.url,
    `CREATE TABLE ${table} (trial UInt32, writer String) ENGINE = ${engine} ORDER BY (trial, writer)
     SETTINGS non_replicated_deduplication_window = 10000`,
  );
  return table;
}

describe.each(cases)("$engine, async_insert = $asyncInsert", ({ engine, asyncInsert }) => {
  const insert = (table: string, trial: number, writer: string): Promise<string> =>
    sql(server.url, `INSERT INTO ${table} VALUES (${trial}, '${writer}')`, {
      insert_deduplication_token: `trial-${trial}`,
      async_insert: asyncInsert,
      wait_for_async_insert: "1",
    });
  test(`exactly one of two concurrent writers wins, ${trials} times, also after a restart`, async () => {
    const table = await createTable(engine, asyncInsert);
    for (let trial = 0; trial < trials; trial += 1) {
      await Promise.all([insert(table, trial, "a"), insert(table, trial, "b")]);
    }
    expect(await sql(server.url, `SELECT count(), uniqExact(trial) FROM ${table}`)).toBe(
      `${trials}\t${trials}`,
    );

    process.kill(server.pid(), "SIGKILL");
    await until("the restarted server answers", () => sql(server.url, "SELECT 1").catch(() => undefined));
    await Promise.all([0, 1, trials - 1].map((trial) => insert(table, trial, "late")));
    expect(await sql(server.url, `SELECT count(), countIf(writer = 'late') FROM ${table}`)).toBe(
      `${trials}\t0`,
    );
  }, 60_000);
});
