/**
 * Goal: queries are told as what they do to which table, and nothing of pg is another with us than without.
 * Method: a real server; each form of a query once without and once with the wrapper, outcomes compared.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import pgLibrary from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { trace } from "@opentelemetry/api";
import { runAs } from "../../../instrumentation/index.ts";
import { pgWrapper } from "../../../instrumentation/wrappers/pg.ts";
import { all } from "../../../instrumentation/wrappers/swap.ts";
import type { Undo } from "../../../instrumentation/wrappers/wrapper.ts";
import { collected, type Collected } from "../../support/collected.ts";
import { type Postgres, startPostgres } from "../../support/postgres.ts";

let server: Postgres;
let client: pgLibrary.Client;
let told: Collected;
let undo: Undo | undefined;

beforeAll(async () => {
  server = await startPostgres();
  client = await connected();
  await client.query("CREATE TABLE customers (id int, mail text)");
  await client.query("INSERT INTO customers SELECT n, 'mail-' || n FROM generate_series(1, 250) AS n");
  told = collected();
}, 60_000);
afterAll(async () => {
  await client.end();
  await told.stop();
  await server.stop();
});
beforeEach(() => {
  undo = patched();
});
afterEach(async () => {
  undo?.();
  await told.actions();
});

function patched(): Undo | undefined {
  const module = { version: "8.23.1", file: "" };
  return all([
    pgWrapper.patch?.(pgLibrary, { name: "pg", ...module }),
    pgWrapper.patch?.(Object.getPrototypeOf(pgLibrary.Pool) as object, { name: "pg-pool", ...module }),
  ]);
}

async function connected(): Promise<pgLibrary.Client> {
  const { host, port, user, password, database } = server;
  const one = new pgLibrary.Client({ host, port, user, password, database });
  await one.connect();
  return one;
}

type Outcome = Record<string, unknown>;
type Callback = (this: unknown, error: unknown, result: unknown) => void;
/** @types/pg knows fewer forms than pg takes. */
const query = (...args: unknown[]): unknown => Reflect.apply(client.query, client, args);

/** What a host sees of an error or a result. */
function seen(error: unknown, result?: unknown): Outcome {
  if (error !== undefined && error !== null) {
    const { name, message, code } = error as Error & { code?: string };
    return { failed: { name, message, code, of: error.constructor.name } };
  }
  const { rows, command, rowCount } = (Array.isArray(result) ? result.at(-1) : result) as pgLibrary.QueryResult;
  return { rows, command, rowCount, many: Array.isArray(result) };
}

/** Calls with a callback, and says who was called how. */
const called = (call: (callback: Callback) => unknown): Promise<Outcome> =>
  new Promise((resolve) => {
    let returned: unknown = "nothing yet";
    returned = call(function callback(this: unknown, ...given) {
      const self = (this as object | undefined)?.constructor.name;
      resolve({ ...seen(given[0], given[1]), self, given: given.length, returned: typeof returned });
    });
  });

const awaited = async (call: () => unknown): Promise<Outcome> => {
  const promise = call() as Promise<unknown>;
  const of = [promise.constructor === Promise, Reflect.ownKeys(promise).length];
  const outcome = await promise.then(
    (result) => seen(undefined, result),
    (error: unknown) => seen(error),
  );
  return { ...outcome, of };
};

const byMail = "SELECT id, mail FROM customers WHERE mail = $1";
const secret = "mail-S3CRET";
const broken = "SELECT * FROM nowhere WHERE password = 'S3CRET-literal'";

class Statement {
  readonly of = "customers";
  get text(): string {
    return `SELECT count(*) FROM ${this.of}`;
  }
}

const forms: Readonly<Record<string, () => Promise<Outcome>>> = {
  "text, promise": () => awaited(() => query("SELECT 1 AS one")),
  "text and values, promise": () => awaited(() => query(byMail, [secret])),
  "config, promise": () => awaited(() => query({ text: byMail, values: [secret] })),
  "config and values, promise": () => awaited(() => query({ text: byMail }, [secret])),
  "prepared, promise": () => awaited(() => query({ name: "by-mail", text: byMail, values: [secret] })),
  "rows as arrays": () => awaited(() => query({ text: byMail, values: ["mail-7"], rowMode: "array" })),
  "several statements": () => awaited(() => query("SELECT 1; SELECT 2 AS two")),
  "frozen config": () => awaited(() => query(Object.freeze({ text: byMail, values: [secret] }))),
  "a class of one's own": () => awaited(() => query(new Statement())),
  "failing, promise": () => awaited(() => query(broken)),
  "text, callback": () => called((callback) => query("SELECT 1 AS one", callback)),
  "text and values, callback": () => called((callback) => query(byMail, ["mail-7"], callback)),
  "config, callback": () => called((callback) => query({ text: byMail, values: ["mail-7"] }, callback)),
  "config, values, callback": () => called((callback) => query({ text: byMail }, ["mail-7"], callback)),
  "callback in config": () => called((callback) => query({ text: byMail, values: ["mail-7"], callback })),
  "frozen config with callback": () =>
    called((callback) => query(Object.freeze({ text: "SELECT 1 AS one", callback }))),
  "failing, callback": () => called((callback) => query(broken, callback)),
  "a query that takes part": () => {
    const taking = new pgLibrary.Query("SELECT 7 AS seven");
    const rows: unknown[] = [];
    return new Promise((resolve) => {
      taking.on("row", (row) => rows.push(row));
      taking.on("end", (result) => resolve({ rows, command: result.command, keys: Object.keys(taking), same }));
      const same = query(taking) === taking;
    });
  },
  "a failing query that takes part": () =>
    new Promise((resolve) => {
      const taking = new pgLibrary.Query(broken);
      taking.on("error", (error) => resolve({ ...seen(error), keys: Object.keys(taking) }));
      query(taking);
    }),
  cursor: async () => {
    const cursor = client.query(new Cursor("SELECT id FROM customers ORDER BY id"));
    const [first, second] = [await cursor.read(3), await cursor.read(2)];
    await cursor.close();
    return { first, second };
  },
  "failing cursor": async () => {
    const cursor = client.query(new Cursor(broken));
    return cursor.read(1).then(
      () => ({}),
      (error: unknown) => seen(error),
    );
  },
  stream: async () => {
    const ids: number[] = [];
    const rows = client.query(new QueryStream("SELECT id FROM customers ORDER BY id", [], { batchSize: 50 }));
    for await (const row of rows) ids.push((row as { id: number }).id);
    return { ids };
  },
  "stream that is left": async () => {
    const rows = client.query(new QueryStream("SELECT id FROM customers ORDER BY id", [], { batchSize: 5 }));
    for await (const row of rows) {
      if ((row as { id: number }).id === 3) break;
    }
    return { after: await awaited(() => query("SELECT 1")) };
  },
  "no statement": () => refused(() => query()),
  "null": () => refused(() => query(null)),
  "no text": () => awaited(() => query({})),
  "a callback that is none": () => refused(() => query("SELECT 1", [], "call me")),
};

async function refused(call: () => unknown): Promise<Outcome> {
  try {
    await call();
    return {};
  } catch (error) {
    return seen(error);
  }
}

test.each(Object.entries(forms))("%s: the same with us as without", async (_, form) => {
  const withUs = await form();
  undo?.();
  expect(withUs).toEqual(await form());
});

const place = (): string => `postgresql://${server.host}/postgres`;

describe("what is told", () => {
  test.each(Object.entries(forms))("%s: one action a query", async (name, form) => {
    await form();
    const actions = await told.actions();
    const silent = ["no statement", "null", "no text"];
    const two = name === "stream that is left" ? 2 : 1;
    expect(actions).toHaveLength(silent.includes(name) ? 0 : two);
    const isFailing = name.includes("failing") || name === "a callback that is none";
    for (const { status } of actions) expect(status.code).toBe(isFailing ? 2 : 0);
  });

  test("operation and table, by the names of the conventions", async () => {
    await query("INSERT INTO customers VALUES (300, $1)", [secret]);
    const [action] = await told.actions();
    expect(action).toMatchObject({ name: "write db", kind: 2 });
    expect(action?.attributes).toMatchObject({
      "nhi.action.kind": "resource_access",
      "nhi.action.name": "db.insert",
      "nhi.action.mutating": true,
      "nhi.resource.id": `${place()}/customers`,
      "nhi.resource.kind": "db",
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
    await query(statement);
    const [action] = await told.actions();
    expect(action?.attributes).toMatchObject({
      "nhi.action.kind": "permission_change",
      "nhi.action.name": operation,
      "nhi.action.mutating": true,
      "nhi.resource.id": place(),
    });
  });

  test("a failure by its class, without its message", async () => {
    await expect(query(broken)).rejects.toThrow("nowhere");
    const [action] = await told.actions();
    expect(action?.status.code).toBe(2);
    expect(action?.attributes["error.type"]).toBe("error");
  });

  test("a server that goes away in the middle of a query", async () => {
    const other = await connected();
    other.on("error", () => undefined);
    const { rows } = await other.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const sleeping = other.query("SELECT pg_sleep(60)");
    const cut = expect(sleeping).rejects.toThrow(/terminat/u);
    await query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    await cut;
    const failed = (await told.actions()).filter(({ status }) => status.code === 2);
    expect(failed).toHaveLength(1);
  });

  test("over a Unix socket", async () => {
    const { port, user, password, database, socketFolder } = server;
    const other = new pgLibrary.Client({ host: socketFolder, port, user, password, database });
    await other.connect();
    await other.query("SELECT 1");
    await other.end();
    const [action] = await told.actions();
    expect(action?.attributes["nhi.resource.id"]).toBe(`postgresql://${socketFolder}/postgres`);
  });

  test("nothing of a value, a literal or a password", async () => {
    for (const form of Object.values(forms)) await form();
    const left = await told.everything();
    expect(left).toContain("customers");
    expect(left).not.toMatch(/S3CRET|mail-7/u);
  });
});

describe("a pool", () => {
  const pool = (): pgLibrary.Pool => {
    const { host, port, user, password, database } = server;
    return new pgLibrary.Pool({ host, port, user, password, database, max: 1 });
  };

  test("counts a query once, and tells it of whoever asked for it", async () => {
    const shared = pool();
    const asked = ["a", "b", "c"].map((session) =>
      runAs({ session }, () => shared.query(`SELECT '${session}' AS session`)),
    );
    const answers = await Promise.all(asked);
    await shared.end();
    expect(answers.map(({ rows }) => rows as unknown)).toEqual([
      [{ session: "a" }],
      [{ session: "b" }],
      [{ session: "c" }],
    ]);
    const actions = await told.actions();
    expect(actions.map(({ attributes }) => attributes["nhi.session.id"])).toEqual(["a", "b", "c"]);
  });

  test("callbacks act for whoever gave them", async () => {
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
    const sessions = (await told.actions()).map(({ attributes }) => attributes["nhi.session.id"]);
    expect(sessions).toEqual(["a", "a", "b", "b"]);
  });
});

describe("no harm", () => {
  test("undone, the library is as it was found", async () => {
    undo?.();
    const before = Object.getOwnPropertyDescriptors(pgLibrary.Client.prototype);
    undo = patched();
    expect(Object.getOwnPropertyDescriptor(pgLibrary.Client.prototype, "query")).not.toEqual(before["query" as never]);
    undo?.();
    expect(Object.getOwnPropertyDescriptors(pgLibrary.Client.prototype)).toEqual(before);
    await query("SELECT 1");
    expect(await told.actions()).toEqual([]);
  });

  test("patched twice, a query is told once", async () => {
    expect(patched()).toBeUndefined();
    await query("SELECT 1");
    expect(await told.actions()).toHaveLength(1);
  });

  test("frozen exports", () => {
    class Client {
      query(): number {
        return 7;
      }
    }
    Object.freeze(Client.prototype);
    expect(pgWrapper.patch?.(Object.freeze({ Client }), { name: "pg", file: "", version: "8" })).toBeUndefined();
    expect(new Client().query()).toBe(7);
  });

  test("a tracer that fails", async () => {
    const broke = (): never => {
      throw new Error("broken");
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: broke, startActiveSpan: broke }) });
    try {
      for (const form of Object.values(forms)) {
        const withUs = await form();
        undo?.();
        expect(withUs).toEqual(await form());
        undo = patched();
      }
    } finally {
      trace.disable();
    }
  });
});
