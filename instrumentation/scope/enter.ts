import { type Context, context, type Span, trace } from "@opentelemetry/api";
import { type Running, within } from "./scope.ts";

/** Runs `work` once, with a span open in OpenTelemetry's context and in ours. */
export function enter<T>(next: Running, span: Span, work: () => T): T {
  return inContext(() => trace.setSpan(context.active(), span), next, work);
}

/**
 * Runs `work` once, in a context of OpenTelemetry and with something of ours. A context manager that fails before it
 * began, or never begins, costs the host nothing; an error of `work` itself passes through.
 */
export function inContext<T>(other: () => Context, next: Running, work: () => T): T {
  let begun = false;
  const begin = (): T => {
    begun = true;
    return within(next, work);
  };
  try {
    const result = context.with(other(), begin);
    if (begun) return result;
  } catch (error) {
    if (begun) throw error;
  }
  return begin();
}
