/**
 * Goal: queries are told as what they do to which table, and nothing of pg is another with us than without.
 * Method: the wrapper contract on a real server with every form of a query.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import pgLibrary from "pg";
import { runAs } from "../../../instrumentation/index.ts";
import { pgWrapper } from "../../../instrumentation/wrappers/pg.ts";
import { collected, type Collected } from "../../support/collected.ts";
import { broken, formsOf, type Outcome, secret } from "../../support/pg-forms.ts";
import { type Postgres, startPostgres } from "../../support/postgres.ts";
import { install, type Loaded } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

const version = "8.23.1";
const modules: readonly Loaded[] = [
  { exports: pgLibrary, module: { name: "pg", file: "", version } },
  {
    exports: Object.getPrototypeOf(pgLibrary.Pool) as object,
    module: { name: "pg-pool", file: "", version },
  },
];

/** @types/pg knows fewer forms than pg takes. */
interface AnyForm {
  query(...args: unknown[]): unknown;
}

async function connected(server: Postgres): Promise<pgLibrary.Client> {
  const { host, port, user, password, database } = server;
  const client = new pgLibrary.Client({ host, port, user, password, database });
  await client.connect();
  return client;
}

async function filled(): Promise<Postgres> {
  const server = await startPostgres();
  const client = await connected(server);
  await client.query("CREATE TABLE customers (id int, mail text)");
  await client.query("INSERT INTO customers SELECT n, 'mail-' || n FROM generate_series(1, 250) AS n");
  await client.end();
  return server;
}

const read = {
  "nhi.action.kind": "resource_access",
  "nhi.action.name": "db.select",
  "nhi.action.mutating": false,
};
const customers = {
  ...read,
  "nhi.resource.id": "postgresql://127.0.0.1/postgres/customers",
  "nhi.resource.kind": "db",
};
const failed = { ...read, "error.type": "error" };
const told: Readonly<Record<string, Use<Postgres>["actions"]>> = {
  "by promise": [read, ...Array.from({ length: 5 }, () => customers), read, customers, customers, failed],
  "by callback": [read, ...Array.from({ length: 4 }, () => customers), read, failed],
  "taking part itself": [read, failed, customers, failed, customers, customers, read],
  "no query": [{ ...read, "error.type": "TypeError" }],
};

const uses: readonly Use<Postgres>[] = Object.entries(told).map(([name, actions]) => ({
  name,
  run: async (see, server) => {
    const client = await connected(server);
    const forms = formsOf(client, (...args) => (client as unknown as AnyForm).query(...args))[name];
    for (const [form, ask] of Object.entries<() => Promise<Outcome>>(forms ?? {})) see(form, await ask());
    await client.end();
  },
  actions,
  secrets: ["S3CRET", "mail-7"],
}));

wrapperContract<Postgres>({
  wrapper: pgWrapper,
  start: async () => {
    const world = await filled();
    return { world, stop: () => world.stop() };
  },
  load: () => Promise.resolve(modules),
  touches: () => [pgLibrary.Client.prototype, Object.getPrototypeOf(pgLibrary.Pool.prototype) as object],
  uses,
  app: {
    modules: { pg: "pg" },
    body: ({ host, port, user, password, database }) => `
      const { Client, Pool } = pg;
      const settings = ${JSON.stringify({ host, port, user, password, database })};
      const client = new Client(settings);
      await client.connect();
      console.log((await client.query("SELECT $1::text AS one", ["${secret}"])).rows);
      await client.end();
      const pool = new Pool(settings);
      console.log((await pool.query("DELETE FROM customers WHERE id < 0")).rowCount);
      await pool.end();
    `,
    actions: [
      ["resource_access", "db.select"],
      ["resource_access", "db.delete"],
    ],
  },
});

describe("a query", () => {
  let server: Postgres;
  let client: pgLibrary.Client;
  let seen: Collected;
  let undo: () => void;
  beforeAll(async () => {
    server = await filled();
    client = await connected(server);
    seen = collected();
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await seen.stop();
    await server.stop();
  });
  beforeEach(() => {
    undo = install(pgWrapper, modules);
  });
  afterEach(() => undo());

  test("by the names of the conventions", async () => {
    await client.query("INSERT INTO customers VALUES (300, $1)", [secret]);
    const [action] = await seen.actions();
    expect(action).toMatchObject({ name: "write db", kind: 2 });
    expect(action?.attributes).toMatchObject({
      "nhi.action.kind": "resource_access",
      "nhi.action.name": "db.insert",
      "nhi.action.mutating": true,
      "nhi.resource.id": "postgresql://127.0.0.1/postgres/customers",
      "db.system.name": "postgresql",
      "db.namespace": "postgres",
      "db.operation.name": "INSERT",
      "db.collection.name": "customers",
      "server.address": "127.0.0.1",
    });
  });

  test.each([
    ["CREATE ROLE deploy PASSWORD 'S3CRET-role'", "db.create role"],
    ["GRANT SELECT ON customers TO deploy", "db.grant"],
    ["REVOKE SELECT ON customers FROM deploy", "db.revoke"],
    ["ALTER ROLE deploy CREATEDB", "db.alter role"],
    ["DROP ROLE deploy", "db.drop role"],
  ])("%s changes permissions", async (statement, operation) => {
    await client.query(statement);
    const [action] = await seen.actions();
    expect(action?.attributes).toMatchObject({
      "nhi.action.kind": "permission_change",
      "nhi.action.name": operation,
      "nhi.action.mutating": true,
      "nhi.resource.id": "postgresql://127.0.0.1/postgres",
    });
    expect(await seen.everything()).not.toContain("S3CRET");
  });

  test("that fails says its class, and nothing of its message", async () => {
    await expect(client.query(broken)).rejects.toThrow("nowhere");
    const [action] = await seen.actions();
    expect(action?.status.code).toBe(2);
    expect(await seen.everything()).not.toMatch(/nowhere" does|S3CRET/u);
  });

  test("whose server goes away", async () => {
    const other = await connected(server);
    other.on("error", () => undefined);
    const { rows } = await other.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const cut = other.query("SELECT pg_sleep(60)").catch((error: unknown) => String(error));
    await client.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    expect(await cut).toMatch(/terminat/u);
    const failures = (await seen.actions()).filter(({ status }) => status.code === 2);
    expect(failures).toHaveLength(1);
  });

  test("over a Unix socket", async () => {
    const { port, user, password, database, socketFolder } = server;
    const other = new pgLibrary.Client({ host: socketFolder, port, user, password, database });
    await other.connect();
    await other.query("SELECT 1");
    await other.end();
    const [action] = await seen.actions();
    expect(action?.attributes["nhi.resource.id"]).toBe(`postgresql://${socketFolder}/postgres`);
  });

  const pool = (): pgLibrary.Pool => {
    const { host, port, user, password, database } = server;
    return new pgLibrary.Pool({ host, port, user, password, database, max: 1 });
  };
  const sessions = async (): Promise<readonly unknown[]> =>
    (await seen.actions()).map(({ attributes }) => attributes["nhi.session.id"]);

  test("of a pool is told once, and of whoever asked for it", async () => {
    const shared = pool();
    const asked = ["a", "b", "c"].map((session) => runAs({ session }, () => shared.query("SELECT 1 AS one")));
    const answers = await Promise.all(asked);
    await shared.end();
    expect(answers.map(({ rows }) => rows as unknown)).toEqual(Array.from({ length: 3 }, () => [{ one: 1 }]));
    expect(await sessions()).toEqual(["a", "b", "c"]);
  });

  test("within a callback is told of whoever gave it", async () => {
    const shared = pool();
    const inner = (session: string): Promise<void> =>
      new Promise((resolve) => {
        runAs({ session }, () =>
          shared.connect((_, one, release) => {
            one?.query("SELECT 1", () => {
              one.query("SELECT 2", () => {
                release();
                resolve();
              });
            });
          }),
        );
      });
    await Promise.all([inner("a"), inner("b")]);
    await shared.end();
    expect(await sessions()).toEqual(["a", "a", "b", "b"]);
  });
});
