/** Starts the OpenTelemetry SDK with one instrumentation, runs the program, and sends what it did. */
import { createRequire } from "node:module";

/** From the folder that it runs in, where the libraries are installed. */
export const require = createRequire(`${process.cwd()}/`);

/** Runs each step; one that fails was meant to, as errors are spans, too. */
export async function run(instrumentations, steps) {
  const { NodeSDK, resources, tracing } = require("@opentelemetry/sdk-node");
  const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-http");
  const sdk = new NodeSDK({
    instrumentations: instrumentations(),
    resourceDetectors: [resources.envDetector],
    spanProcessors: [new tracing.SimpleSpanProcessor(new OTLPTraceExporter())],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  for (const step of await steps()) {
    try {
      await step();
    } catch (error) {
      process.stdout.write(`${error.message}\n`);
    }
  }
  await sdk.shutdown();
  process.exit(0);
}
