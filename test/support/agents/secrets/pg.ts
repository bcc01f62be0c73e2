/** Positions in statements, parameters, errors and notices of PostgreSQL. */
import pg from "pg";
import type { Position, World } from "../../secrets/position.ts";

let made: pg.Pool | undefined;

function poolOf({ postgres }: World): pg.Pool {
  return (made ??= new pg.Pool({ ...postgres, max: 8 }));
}

/** Lets the process end. */
export async function endPool(): Promise<void> {
  await made?.end();
}

const quoted = (text: string): string => pg.escapeLiteral(text);

function asked(
  name: string,
  statement: (secret: string) => string,
  values?: (secret: string) => unknown[],
  leaves = false,
): Position {
  return {
    name: `pg.${name}`,
    leaves,
    plant: (secret, world) => poolOf(world).query(statement(secret), values?.(secret)),
  };
}

export const pgPositions: readonly Position[] = [
  asked("literal", (secret) => `SELECT id FROM customers WHERE mail = ${quoted(secret)}`),
  asked("dollars", (secret) => `SELECT id FROM customers WHERE mail = $q$${secret}$q$`),
  asked(
    "comment",
    (secret) =>
      `SELECT id /* ${secret.replaceAll("*/", "")} */ FROM customers -- ${secret.replaceAll("\n", " ")}`,
  ),
  asked(
    "parameter",
    () => "SELECT id FROM customers WHERE mail = $1",
    (secret) => [secret],
  ),
  asked(
    "result",
    () => "SELECT $1::text AS secret FROM customers",
    (secret) => [secret],
  ),
  asked("inserted", (secret) => `INSERT INTO customers (id, mail) VALUES (7, ${quoted(secret)}), (8, 'x')`),
  asked("updated", (secret) => `UPDATE customers SET mail = ${quoted(secret)} WHERE id = -1`),
  asked("error-value", (secret) => `SELECT id FROM customers WHERE id = ${quoted(secret)}`),
  asked(
    "error-raised",
    (secret) => `DO $do$ BEGIN RAISE EXCEPTION USING MESSAGE = ${quoted(secret)}; END $do$`,
  ),
  asked("syntax-error", (secret) => `SELECT FROM WHERE ${quoted(secret)} customers (`),
  asked("unquoted", (secret) => `SELECT ${secret} FROM customers`),
  asked("notice", (secret) => `DO $do$ BEGIN RAISE NOTICE '%', ${quoted(secret)}; END $do$`),
  asked(
    "password",
    (secret) => `CREATE USER app WITH PASSWORD ${quoted(secret)} VALID UNTIL '1999-01-01'; DROP USER app`,
  ),
  asked("set", (secret) => `SELECT set_config('app.key', ${quoted(secret)}, false) FROM customers`),
  asked("table", (secret) => `SELECT id FROM ${pg.escapeIdentifier(secret)}`, undefined, true),
  asked("column", (secret) => `SELECT ${pg.escapeIdentifier(secret)} FROM customers`),
  {
    name: "pg.prepared",
    leaves: false,
    plant: (secret, world) =>
      poolOf(world).query({
        name: secret.slice(0, 60),
        text: "SELECT id FROM customers WHERE mail = $1",
        values: [secret],
      }),
  },
  {
    name: "pg.connection",
    leaves: false,
    plant: async (secret, { postgres: { host, port, user, password } }) => {
      const client = new pg.Client({
        host,
        port,
        user,
        password,
        database: "postgres",
        application_name: secret.slice(0, 60),
      });
      await client.connect();
      try {
        await client.query("SELECT id FROM customers");
      } finally {
        await client.end();
      }
    },
  },
];
