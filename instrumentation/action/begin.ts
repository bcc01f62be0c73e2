import { context, type Span, type SpanContext, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import { isNativeError } from "node:util/types";
import { randomHex } from "../random.ts";
import { currentRuntime, type Runtime } from "../runtime.ts";
import { enter } from "../scope/enter.ts";
import { running } from "../scope/scope.ts";
import { OwnSpan } from "./own-span.ts";
import { type RecordedAction, spanAttributes, spanKind, spanName } from "./span-model.ts";

/** Name of our scope in every span we make. */
const scope = "answerable";

/** An action under way. None of its calls throws. */
export interface Recording {
  readonly span: Span;
  /** Runs `work` as part of the action, and gives back what it gives. */
  run<T>(work: () => T): T;
  /** Ends the action; a failure is told by its class alone, as a message may hold anything. */
  end(failure?: Failure): void;
}

/** How an action failed: by an error, or by a word of the library's own protocol, a status for example. */
export type Failure = { readonly error: unknown } | { readonly type: string };

/** Begins an action; undefined where it is not to be seen: our own work, or a tracer that failed. */
export function begin(action: RecordedAction): Recording | undefined {
  try {
    const { quiet } = running();
    if (quiet === true) return undefined;
    const runtime = currentRuntime();
    const { span, isTold } = openSpan(action, runtime);
    return {
      span,
      run: (work) => enter({ ...running(), span, covered: action.covers === true }, span, work),
      end: (failure) => end(span, failure, isTold ? undefined : runtime),
    };
  } catch {
    return undefined;
  }
}

/** The host's span where it records one, else ours. `isTold`: its end reaches us by itself. */
function openSpan(action: RecordedAction, runtime: Runtime | undefined): { span: Span; isTold: boolean } {
  const name = spanName(action);
  const kind = action.spanKind ?? spanKind(action.kind);
  const attributes = spanAttributes(action);
  const parent = parentContext();
  const outer = parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent);
  const span = trace.getTracer(scope).startSpan(name, { kind, attributes }, outer);
  if (runtime === undefined) return { span, isTold: true };
  if (span.isRecording()) {
    if (runtime.spans.wasTold(span)) return { span, isTold: true };
    runtime.spans.begin(span as Parameters<Runtime["spans"]["begin"]>[0]);
    return { span, isTold: false };
  }
  const given = span.spanContext();
  // An SDK that leaves the trace out gives new ids all the same; without an SDK the parent's come back.
  const isNew = trace.isSpanContextValid(given) && given.spanId !== parent?.spanId;
  const own = new OwnSpan(
    { name, kind, attributes, context: isNew ? given : newContext(parent), parent },
    runtime.clock,
    (ended) => runtime.spans.onEnd(ended),
  );
  runtime.spans.begin(own);
  return { span: own, isTold: true };
}

/** The span that is open: OpenTelemetry's, or ours where it has nothing that carries one. */
function parentContext(): SpanContext | undefined {
  const open = (trace.getActiveSpan() ?? running().span)?.spanContext();
  return open !== undefined && trace.isSpanContextValid(open) ? open : undefined;
}

function newContext(parent: SpanContext | undefined): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
    ...(parent?.traceState && { traceState: parent.traceState }),
  };
}

function end(span: Span, failure: Failure | undefined, toTell: Runtime | undefined): void {
  try {
    if (failure !== undefined) {
      span.setAttribute("error.type", "type" in failure ? failure.type : errorType(failure.error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
    toTell?.spans.onEnd(span);
  } catch {
    // A broken tracer must not break the host, and there is nobody to tell.
  }
}

/** Class of an error; a class of one's own may be called anything, so what isn't called as a class is doesn't leave. */
function errorType(error: unknown): string {
  // An error out of another realm, a worker's vm for example, is no instance of our Error.
  const isError = error instanceof Error || isNativeError(error);
  return isError && typeof error.name === "string" && error.name !== "" ? error.name : "_OTHER";
}
