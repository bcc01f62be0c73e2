import { require, run } from "./common.mjs";

/** The far side is the server that mysql2 itself brings along. */
function startServer(mysql) {
  const server = mysql.createServer();
  server.on("connection", (connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.0.36",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff,
      authCallback: (_, done) => done(null),
    });
    connection.on("query", (sql) => {
      if (/missing/.test(sql)) connection.writeError({ code: 1146, message: "no such table" });
      else connection.writeOk();
    });
    connection.on("error", () => {});
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(server["_server"].address().port)),
  );
}

await run(
  () => [new (require("@opentelemetry/instrumentation-mysql2").MySQL2Instrumentation)()],
  async () => {
    const mysql = require("mysql2");
    const port = await startServer(mysql);
    const connection = mysql.createConnection({ host: "127.0.0.1", port, user: "app", database: "crm" });
    const ask = (sql) => () => connection.promise().query(sql);
    return [
      ask("SELECT * FROM customers WHERE id = 7"),
      ask("INSERT INTO customers VALUES (1)"),
      ask("UPDATE customers SET name = 'Ana'"),
      ask("DELETE FROM customers"),
      ask("REPLACE INTO customers VALUES (1)"),
      ask("GRANT SELECT ON crm.* TO 'reader'"),
      ask("CALL close_books(2026)"),
      ask("SELECT * FROM missing"),
    ];
  },
);
