/**
 * Goal: a program that is started with us is seen, whatever way it loads pg, and OpenTelemetry's own instrumentation of pg and
 * ours never tell of one query twice, nor leave one out.
 * Method: programs in processes of their own, the real instrumentation before and after ours.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runRegistered } from "../../support/program.ts";
import { type Postgres, startPostgres } from "../../support/postgres.ts";
import { repositoryRoot } from "../../support/repository.ts";

let server: Postgres;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

const env = (): Record<string, string> => ({
  PGHOST: server.host,
  PGPORT: String(server.port),
  PGUSER: server.user,
  PGPASSWORD: server.password,
  PGDATABASE: server.database,
});

const work = `
  const client = new Client();
  await client.connect();
  const before = await client.query("SELECT 1 AS one");
  await new Promise((done) => client.query("SELECT $1::text AS two", ["S3CRET"], done));
  await client.query("CREATE TABLE IF NOT EXISTS told (id int)");
  await client.end();
  console.log(JSON.stringify(before.rows));
`;
const loads = {
  "named import": { type: "module", code: `import { Client } from "pg";${work}` },
  "default import": { type: "module", code: `import pg from "pg"; const { Client } = pg;${work}` },
  "late import": { type: "module", code: `const { Client } = await import("pg");${work}` },
  require: { type: "commonjs", code: `const { Client } = require("pg"); (async () => {${work}})()` },
} as const;

const own = (host: string): string[] => [
  `resource_access  db.select  postgresql://${host}/postgres  ok`,
  `resource_access  db.select  postgresql://${host}/postgres  ok`,
  `resource_access  db.create table  postgresql://${host}/postgres/told  ok`,
];

test.each(Object.entries(loads))("%s", async (_, program) => {
  const ran = await runRegistered({ ...program, env: env() });
  expect(ran).toMatchObject({ code: 0, out: '[{"one":1}]\n', err: "" });
  expect(ran.actions).toEqual(own(server.host));
});

const otel = pathToFileURL(join(repositoryRoot, "dist/test/support/agents/otel-pg.js")).href;
const orders = {
  "theirs first": { before: [otel], first: "" },
  "ours first": { before: [], first: `await import(${JSON.stringify(otel)});` },
};

describe.each(Object.entries(orders))("beside OpenTelemetry's own, %s", (_, { before, first }) => {
  // That the loader's hook stands there already is said on stderr by the hook itself, to whoever comes second.
  const program = {
    type: "module",
    code: `${first}const { Client } = await import("pg");${work}`,
    before,
  } as const;

  test("a query that it tells is told once, with its table", async () => {
    const ran = await runRegistered({ ...program, env: env() });
    expect(ran.code).toBe(0);
    expect(ran.actions).toEqual(own(server.host));
    expect(ran.out.split("\n").filter((line) => line.startsWith("span"))).toEqual([
      "span pg.query:SELECT postgres on -",
      "span pg.query:SELECT postgres on -",
      "span pg.query:CREATE postgres on told",
    ]);
  });

  test("a query that its sampler leaves out is told by us", async () => {
    const ran = await runRegistered({ ...program, env: { ...env(), TEST_SAMPLED: "no" } });
    expect(ran).toMatchObject({ code: 0, out: '[{"one":1}]\n' });
    expect(ran.actions).toEqual(own(server.host));
  });
});
