/** `--import` of a program under test: what leaves it is written to its error output, a line of JSON each. */
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { start } from "../../instrumentation/index.ts";
import { repositoryRoot } from "./repository.ts";

const id = process.env["TELL_AS"] ?? "agent:told";
start({
  identity: { id, kind: "ai_agent" },
  limits: { flushMs: 10 },
  exporter: {
    name: "lines",
    trouble: undefined,
    send: async (spans) => {
      for (const span of spans)
        process.stderr.write(`${JSON.stringify({ ...span, ids: span.spanContext() })}\n`);
      return "sent";
    },
  },
});
await import(pathToFileURL(join(repositoryRoot, "dist/instrumentation/register.js")).href);
