import { context, createContextKey } from "@opentelemetry/api";
import { inContext } from "./enter.ts";
import { running } from "./scope.ts";

/** The key under which OpenTelemetry's own instrumentations look; keys of one description are one key. */
const suppressed = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** Runs our own work so that neither OpenTelemetry's instrumentations nor ours make spans of it. */
export function unseen<T>(work: () => T): T {
  return inContext(() => context.active().setValue(suppressed, true), { ...running(), quiet: true }, work);
}
