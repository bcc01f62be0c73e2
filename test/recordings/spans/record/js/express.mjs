import { require, run } from "./common.mjs";

await run(
  () => [
    new (require("@opentelemetry/instrumentation-http").HttpInstrumentation)(),
    new (require("@opentelemetry/instrumentation-express").ExpressInstrumentation)(),
  ],
  async () => {
    const express = require("express");
    const app = express();
    app.get("/orders/:id", (request, response) => response.json({ id: request.params.id }));
    app.get("/fail", () => {
      throw new Error("failed");
    });
    const server = await new Promise((resolve) => {
      const made = app.listen(0, "127.0.0.1", () => resolve(made));
    });
    const url = `http://127.0.0.1:${server.address().port}`;
    const get = (path) => () =>
      new Promise((resolve) =>
        require("node:http").get(`${url}${path}`, (answer) => answer.resume().on("end", resolve)),
      );
    return [get("/orders/17"), get("/fail"), get("/none")];
  },
);
