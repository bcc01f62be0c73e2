import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { OpenSpans } from "./processor.ts";

/**
 * Starts an OpenTelemetry SDK for a host that has none, so that what its libraries trace by themselves is seen too. Gives
 * back what takes it away again, for a host that turns out to bring its own.
 */
export function bringProvider(spans: OpenSpans): () => void {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({}),
    spanProcessors: [spans],
  });
  const isOurs = trace.setGlobalTracerProvider(provider);
  const isOurContext = context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return () => {
    if (isOurs) trace.disable();
    if (isOurContext) context.disable();
  };
}
