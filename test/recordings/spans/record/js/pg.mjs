import { require, run } from "./common.mjs";

await run(
  () => [new (require("@opentelemetry/instrumentation-pg").PgInstrumentation)({ requireParentSpan: false })],
  async () => {
    const { Pool } = require("pg");
    const pool = new Pool({ connectionString: process.env.POSTGRES });
    const ask = (text, values) => () => pool.query(text, values);
    return [
      ask("CREATE TABLE IF NOT EXISTS js_customers (id int, name text)"),
      ask("INSERT INTO js_customers VALUES ($1, $2)", [1, "Ana"]),
      ask("select name from js_customers where id = $1", [1]),
      ask("WITH one AS (SELECT 1) SELECT * FROM one"),
      ask("UPDATE js_customers SET name = $1", ["Bo"]),
      ask("DELETE FROM js_customers"),
      ask("CREATE ROLE js_reader"),
      ask("GRANT SELECT ON js_customers TO js_reader"),
      ask("REVOKE SELECT ON js_customers FROM js_reader"),
      ask("DROP ROLE js_reader"),
      ask("SELECT * FROM js_missing"),
      ask("TRUNCATE js_customers"),
      ask("DROP TABLE js_customers"),
      ask({ name: "fetch-one", text: "SELECT 1 AS one" }),
    ];
  },
);
