import { require, run } from "./common.mjs";

const { WEB } = process.env;

await run(
  () => [new (require("@opentelemetry/instrumentation-http").HttpInstrumentation)()],
  () => {
    const http = require("node:http");
    const call = (url, method = "GET") =>
      new Promise((resolve, reject) => {
        const request = http.request(url, { method }, (answer) => answer.resume().on("end", resolve));
        request.on("error", reject).end();
      });
    return [
      () => call(`${WEB}/v1/users/4711/orders?token=none`),
      () => call(`${WEB}/v1/orders`, "POST"),
      () => call(`${WEB}/v1/orders/0b6f4c1e-8f0a-4f52-9a3a-1f0e8f1d2c3b`, "DELETE"),
      () => call(`${WEB}/v1/mail/ana@acme.example`, "PUT"),
      () => call(`${WEB}/v1/secret/data/crm/db?version=2`),
      () => call(`${WEB}/status/404;jsessionid=1`),
      () => call(`${WEB}/status/503`),
      () => call("http://127.0.0.1:9/refused", "PATCH"),
      () => call("http://nowhere.invalid/"),
    ];
  },
);
