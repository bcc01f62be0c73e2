/** A process that records actions at a steady pace and sends them; says what processor time it took: `emitter.js MODE URL`. */
import { trace } from "@opentelemetry/api";
import { setTimeout as sleep } from "node:timers/promises";
import { anAction, bareSpan } from "./spans.ts";

const [mode, url = ""] = process.argv.slice(2);
const rounds = 500;
const perRound = 40;
const work = (): number => 1;

async function emit(one: () => void, flush: () => Promise<void>): Promise<void> {
  // What is loaded and compiled once is not of an action.
  for (let nth = 0; nth < 5000; nth += 1) {
    one();
    if (nth % 500 === 0) await sleep(5);
  }
  await flush();
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    for (let nth = 0; nth < perRound; nth += 1) one();
    await sleep(5);
  }
  await flush();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ us: (user + system) / (rounds * perRound) })}\n`);
}

if (mode === "answerable") {
  const { record, start } = await import("../../instrumentation/index.ts");
  const answerable = start({ endpoint: url, identity: { id: "agent:triage", kind: "ai_agent" } });
  await emit(
    () => void record(anAction(), work),
    () => answerable.flush(),
  );
  const { taken, sent } = answerable.stats();
  if (taken !== sent) throw new Error(`${taken - sent} spans were not sent`);
} else {
  const { NodeSDK, tracing } = await import("@opentelemetry/sdk-node");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  const processor = new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url }), {
    scheduledDelayMillis: 250,
  });
  const sdk = new NodeSDK({ spanProcessors: [processor], autoDetectResources: false, metricReaders: [] });
  sdk.start();
  const tracer = trace.getTracer("bare");
  await emit(
    () => void bareSpan(tracer, work),
    () => processor.forceFlush(),
  );
}
process.exit();
