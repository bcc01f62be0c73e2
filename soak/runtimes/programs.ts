/** Programs of a host, as files of its folder; each prints one line of JSON. */
export const programs = {
  "agent.mjs": `
import { trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { extract, inject, record, runAs, start } from "answerable/instrumentation";
const names = [];
const exporter = { name: "s", trouble: undefined, send: async (spans) => {
  for (const span of spans) if (span.attributes["nhi.phase"] !== "start") names.push([span.name, span.attributes["nhi.task.id"], span.parentSpanContext !== undefined]);
  return "sent";
} };
const answerable = start({ exporter, chainKey: "0123456789abcdef", identity: { id: "agent:a", kind: "ai_agent" } });
const work = () => runAs({ task: "T", chain: ["user:ana"] }, () => record({ kind: "agent_run", name: "r" }, async () => {
  await null;
  trace.getTracer("lib").startActiveSpan("lib", (span) => span.end());
  record({ kind: "tool_call", name: "t" }, () => 1);
  names.push(extract(inject({})).scope.chainVerified);
}));
await work();
await answerable.flush();
const nothing = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
new NodeSDK({ spanProcessors: [nothing], autoDetectResources: false, metricReaders: [], logRecordProcessors: [] }).start();
await work();
await answerable.flush();
console.log(JSON.stringify(names));
`,
  "host.cjs": `
const { trace } = require("@opentelemetry/api");
const { NodeSDK } = require("@opentelemetry/sdk-node");
const early = trace.getTracer("early");
const seen = [];
const processor = { onStart() {}, onEnd(span) { seen.push(span.name); }, forceFlush: async () => {}, shutdown: async () => {} };
setTimeout(() => {
  new NodeSDK({ spanProcessors: [processor], autoDetectResources: false, metricReaders: [], logRecordProcessors: [] }).start();
  early.startActiveSpan("outer", (span) => { early.startSpan("inner").end(); span.end(); });
  const runtime = globalThis[Symbol.for("answerable.runtime.1")];
  console.log(JSON.stringify([seen, runtime?.queue.taken]));
  process.exit();
}, Number(process.argv[2]));
`,
  "plain.cjs": `
const { record } = require("answerable/instrumentation");
Promise.resolve(record({ kind: "exec", name: "x" }, async () => 1)).then(() =>
  console.log(JSON.stringify(globalThis[Symbol.for("answerable.runtime.1")]?.queue.taken)));
`,
} as const;

const ours = [
  ["execute_tool t", "T", true],
  ["invoke_agent r", "T", false],
];

/** What is run, and what it has to print. */
export const steps: readonly { name: string; args: readonly string[]; told: unknown }[] = [
  {
    name: "own spans, then joined ones",
    args: ["agent.mjs"],
    // What is of high risk, or begins a run, comes first within a batch; the library's span is told where there is an SDK.
    told: [true, ...ours, true, ["lib", "T", true], ...ours],
  },
  {
    name: "register, an SDK of the host at once",
    args: ["--import", "answerable/register", "host.cjs", "0"],
    told: [["inner", "outer"], 2],
  },
  {
    name: "register, an SDK of the host late",
    args: ["--import", "answerable/register", "host.cjs", "400"],
    told: [["inner", "outer"], 2],
  },
  { name: "register alone, CommonJS", args: ["--import", "answerable/register", "plain.cjs"], told: 2 },
];
