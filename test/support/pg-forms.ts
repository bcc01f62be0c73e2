/** All forms that a query of pg has, and what a host sees of each. */
import pgLibrary from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";

export type Outcome = Record<string, unknown>;
type Callback = (this: unknown, error: unknown, result: unknown) => void;

/** What a host sees of an error or a result. */
function seen(error: unknown, result?: unknown): Outcome {
  if (error !== undefined && error !== null) {
    const { name, message, code } = error as Error & { code?: string };
    return { failed: { name, message, code, of: error.constructor.name } };
  }
  const { rows, command, rowCount } = (
    Array.isArray(result) ? result.at(-1) : result
  ) as pgLibrary.QueryResult;
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
  const of = promise.constructor === Promise;
  const outcome = await promise.then(
    (result) => seen(undefined, result),
    (error: unknown) => seen(error),
  );
  return { ...outcome, of };
};

const byMail = "SELECT id, mail FROM customers WHERE mail = $1";
export const secret = "mail-S3CRET";
export const broken = "SELECT * FROM nowhere WHERE password = 'S3CRET-literal'";

class Statement {
  readonly of = "customers";
  get text(): string {
    return `SELECT count(*) FROM ${this.of}`;
  }
}

type Query = (...args: unknown[]) => unknown;
type Forms = Readonly<Record<string, () => Promise<Outcome>>>;

export const formsOf = (client: pgLibrary.Client, query: Query): Readonly<Record<string, Forms>> => ({
  "by promise": {
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
  },
  "by callback": {
    "text, callback": () => called((callback) => query("SELECT 1 AS one", callback)),
    "text and values, callback": () => called((callback) => query(byMail, ["mail-7"], callback)),
    "config, callback": () => called((callback) => query({ text: byMail, values: ["mail-7"] }, callback)),
    "config, values, callback": () => called((callback) => query({ text: byMail }, ["mail-7"], callback)),
    "callback in config": () => called((callback) => query({ text: byMail, values: ["mail-7"], callback })),
    "frozen config with callback": () =>
      called((callback) => query(Object.freeze({ text: "SELECT 1 AS one", callback }))),
    "failing, callback": () => called((callback) => query(broken, callback)),
  },
  "taking part itself": {
    "a query that takes part": () => {
      const taking = new pgLibrary.Query("SELECT 7 AS seven");
      const rows: unknown[] = [];
      return new Promise((resolve) => {
        taking.on("row", (row) => rows.push(row));
        taking.on("end", (result) =>
          resolve({ rows, command: result.command, keys: Reflect.ownKeys(taking), same }),
        );
        const same = query(taking) === taking;
      });
    },
    "a failing query that takes part": () =>
      new Promise((resolve) => {
        const taking = new pgLibrary.Query(broken);
        taking.on("error", (error) => resolve({ ...seen(error), keys: Reflect.ownKeys(taking) }));
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
      const rows = client.query(
        new QueryStream("SELECT id FROM customers ORDER BY id", [], { batchSize: 50 }),
      );
      for await (const row of rows) ids.push((row as { id: number }).id);
      return { ids };
    },
    "stream that is left": async () => {
      const rows = client.query(
        new QueryStream("SELECT id FROM customers ORDER BY id", [], { batchSize: 5 }),
      );
      for await (const row of rows) {
        if ((row as { id: number }).id === 3) break;
      }
      return { after: await awaited(() => query("SELECT 1")) };
    },
  },
  "no query": {
    "no statement": () => refused(() => query()),
    null: () => refused(() => query(null)),
    "no text": () => awaited(() => query({})),
    "a callback that is none": () => refused(() => query("SELECT 1", [], "call me")),
  },
});

async function refused(call: () => unknown): Promise<Outcome> {
  try {
    await call();
    return {};
  } catch (error) {
    return seen(error);
  }
}
