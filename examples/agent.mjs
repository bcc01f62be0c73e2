import { NodeSDK } from "@opentelemetry/sdk-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { record } from "answerable/instrumentation";

const traceExporter = new OTLPTraceExporter({ url: "http://127.0.0.1:4318/v1/traces" });
const sdk = new NodeSDK({ serviceName: "triage", traceExporter });
sdk.start();
const identity = { id: "agent:triage", kind: "ai_agent", owner: "team:support" };
const resource = { id: "crm/tickets", kind: "db_table", origin: "prompt" };
const action = {
  kind: "tool_call",
  name: "tickets.create",
  mutating: true,
  identity,
  resource,
  session: "run-1",
};
const ticket = await record(action, async () => "ticket 4711"); // what your agent does anyway goes in here
await sdk.shutdown();
process.stdout.write(`${ticket}\n`);
