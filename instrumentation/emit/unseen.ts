import { context, createContextKey } from "@opentelemetry/api";
import { running, within } from "../scope/scope.ts";

/** The key under which OpenTelemetry's own instrumentations look; keys of one description are one key. */
const suppressed = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** Runs our own work so that neither OpenTelemetry's instrumentations nor ours make spans of it. */
export function unseen<T>(work: () => T): T {
  let begun = false;
  const begin = (): T => {
    begun = true;
    return within({ ...running(), quiet: true }, work);
  };
  try {
    const result = context.with(context.active().setValue(suppressed, true), begin);
    if (begun) return result;
  } catch (error) {
    if (begun) throw error;
  }
  return begin();
}
