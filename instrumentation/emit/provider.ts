import { context, trace, type TracerProvider } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { LateProvider } from "./late-provider.ts";
import type { OpenSpans } from "./processor.ts";
import { isRegistered, letGo } from "./registration.ts";

/** An SDK of ours, which makes room for the host's. */
export interface Brought {
  /** Takes it away, just before the host registers its own. */
  stepAside(): void;
  /** Tracers that were handed out make the spans of the host's provider from now on. */
  giveWayTo(provider: TracerProvider): void;
}

/**
 * Starts an OpenTelemetry SDK for a host that has none, so that what its libraries trace by themselves is seen too.
 * Undefined where there is one.
 */
export function bringProvider(spans: OpenSpans): Brought | undefined {
  if (isRegistered("trace")) return undefined;
  const provider = new LateProvider(
    new BasicTracerProvider({ resource: resourceFromAttributes({}), spanProcessors: [spans] }),
  );
  if (!trace.setGlobalTracerProvider(provider)) return undefined;
  const isOurContext =
    !isRegistered("context") &&
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  let isThere = true;
  return {
    stepAside: () => {
      // Once: what stands there the second time is the host's.
      if (!isThere) return;
      isThere = false;
      trace.disable();
      if (isOurContext) context.disable();
      letGo();
    },
    giveWayTo: (other) => provider.giveWayTo(other),
  };
}
