/**
 * An order service over PostgreSQL, whose address is DATABASE_URL. It answers for whoever asks it, and says so:
 *
 *     ANSWERABLE_IDENTITY=svc:orders node --import answerable/register examples/http-postgres/service.mjs
 */
import { createServer } from "node:http";
import { extract, runAs } from "answerable/instrumentation";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query("CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY, customer text, state text)");
await pool.query("INSERT INTO orders VALUES (7, 'c-17', 'open') ON CONFLICT DO NOTHING");

const routes = {
  GET: (id) => pool.query("SELECT id, customer, state FROM orders WHERE id = $1", [id]),
  POST: (id) => pool.query("UPDATE orders SET state = 'refunded' WHERE id = $1 RETURNING id, state", [id]),
};

const server = createServer((request, response) =>
  runAs({ carried: extract(request.headers) }, async () => {
    const id = Number(request.url.split("/").at(-1));
    const { rows } = await routes[request.method](id);
    response.setHeader("content-type", "application/json").end(JSON.stringify(rows[0] ?? null));
  }),
);
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
