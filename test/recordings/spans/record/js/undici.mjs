import { require, run } from "./common.mjs";

const { WEB } = process.env;

/** A span ends with the answer's body. */
const call = async (...asked) => (await fetch(...asked)).text();

await run(
  () => [new (require("@opentelemetry/instrumentation-undici").UndiciInstrumentation)()],
  () => [
    () => call(`${WEB}/v1/tickets?open=1`),
    () => call(`${WEB}/v1/tickets`, { method: "POST", body: "{}" }),
    () => call(`${WEB}/v1/tickets/17`, { method: "PATCH", body: "{}" }),
    () => call(`${WEB}/v1/tickets/17`, { method: "DELETE" }),
    () => call(`${WEB}/v1/secret/data/crm/api-key`),
    () => call(`${WEB}/status/403`),
    () => call(`${WEB.replace("localhost", "[::1]")}/v6`),
    () => call("http://127.0.0.1:1009/refused"),
  ],
);
