import { afterEach, expect, test } from "@jest/globals";
import { diag, type DiagLogger } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { AcceptResult } from "../../detector/ingest/ports.ts";
import { start, stopAll, stored } from "./support.ts";

/**
 * Goal: the exporter people have takes our answers as they are meant.
 * Method: OpenTelemetry's own OTLP exporter sends one span, and we listen to what it says of the answer.
 */
afterEach(async () => {
  diag.disable();
  await stopAll();
});

test.each([
  { name: "success", result: stored, code: 0, says: [] },
  {
    name: "partial success",
    result: { kind: "stored", rejected: 2, messages: ["Span 0 has no id."] },
    code: 0,
    says: ['Received Partial Success response: {"rejectedSpans":2,"errorMessage":"Span 0 has no id."}'],
  },
  { name: "refusal", result: { kind: "refused", message: "Bad." }, code: 1, says: [] },
] satisfies readonly { name: string; result: AcceptResult; code: number; says: readonly string[] }[])(
  "$name",
  async ({ result, code, says }) => {
    const warnings: string[] = [];
    const logger: DiagLogger = {
      error: ignore,
      warn: (...said) => warnings.push(said.join(" ")),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    };
    diag.setLogger(logger);
    const { url, batches } = await start({ accept: async () => await Promise.resolve(result) });
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    expect(await exportOne(exporter)).toBe(code);
    expect(batches).toHaveLength(1);
    expect(Buffer.from(batches[0]?.body ?? []).includes("the-span")).toBe(true);
    expect(warnings).toEqual(says);
  },
);

function ignore(): void {
  // Only warnings are of interest.
}

/** The exporter's own verdict: 0 is success. */
async function exportOne(exporter: SpanExporter): Promise<number> {
  return await new Promise((resolve) => {
    const spying: SpanExporter = {
      export: (spans) => exporter.export(spans, ({ code }) => resolve(code)),
      shutdown: async () => await Promise.resolve(),
    };
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spying)] });
    provider.getTracer("test").startSpan("the-span").end();
  });
}
