import { isNativeError, isPromise } from "node:util/types";
import { context, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import { spanAttributes, spanKind, spanName, type RecordedAction } from "./span-model.ts";

export type { RecordedAction } from "./span-model.ts";

/** Name of our scope in every span we make. */
const scope = "answerable";

/**
 * Runs `work` inside a span that says which action it is, and gives back exactly what `work` gave: the value, the very
 * promise, or the error. Of an error only the class is told, as a message may hold anything. `work` runs once whatever
 * happens to the span. A query builder that starts when it is awaited has to be awaited inside `work`.
 *
 * @example
 * const ticket = await record({ kind: "tool_call", name: "tickets.create", mutating: true }, () => tickets.create(draft));
 */
export function record<T>(action: RecordedAction, work: () => T): T {
  const span = start(action);
  if (span === undefined) return work();
  let result: T;
  try {
    result = within(span, work);
  } catch (error) {
    end(span, { error });
    throw error;
  }
  if (isPromise(result)) {
    // The host keeps the original promise, with its rejection; this branch handles its own.
    result.then(
      () => end(span),
      (error: unknown) => end(span, { error }),
    );
  } else {
    end(span);
  }
  return result;
}

function start(action: RecordedAction): Span | undefined {
  try {
    const options = { kind: spanKind(action.kind), attributes: spanAttributes(action) };
    return trace.getTracer(scope).startSpan(spanName(action), options);
  } catch {
    return undefined;
  }
}

function within<T>(span: Span, work: () => T): T {
  let begun = false;
  try {
    return context.with(trace.setSpan(context.active(), span), () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

function end(span: Span, failure?: { readonly error: unknown }): void {
  try {
    if (failure !== undefined) {
      span.setAttribute("error.type", errorType(failure.error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  } catch {
    // A broken tracer must not break the host, and there is nobody to tell.
  }
}

function errorType(error: unknown): string {
  // An error out of another realm, a worker's vm for example, is no instance of our Error.
  const isError = error instanceof Error || isNativeError(error);
  return isError && error.name !== "" ? error.name : "_OTHER";
}
