/** A host's own OpenTelemetry SDK with its instrumentation of pg; prints the queries that it would export. */
import { register } from "node:module";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { core, NodeSDK, tracing } from "@opentelemetry/sdk-node";

register("import-in-the-middle/hook.mjs", import.meta.url);

const printer: tracing.SpanExporter = {
  export(spans, done) {
    for (const { name, attributes } of spans)
      if (name.startsWith("pg.query"))
        process.stdout.write(`span ${name} on ${String(attributes["db.collection.name"] ?? "-")}\n`);
    done({ code: core.ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
const isSampled = process.env["TEST_SAMPLED"] !== "no";
new NodeSDK({
  sampler: isSampled ? new tracing.AlwaysOnSampler() : new tracing.AlwaysOffSampler(),
  spanProcessors: [new tracing.SimpleSpanProcessor(printer)],
  instrumentations: [new PgInstrumentation()],
  autoDetectResources: false,
  metricReaders: [],
  logRecordProcessors: [],
}).start();
