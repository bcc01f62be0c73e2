import {
  context,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { isNativeError } from "node:util/types";
import { globals } from "../globals.ts";
import { randomHex } from "../random.ts";
import { currentRuntime, isOff, type Runtime } from "../runtime.ts";
import { enter } from "../scope/enter.ts";
import { running } from "../scope/scope.ts";
import { OwnSpan, type SpanStart } from "./own-span.ts";
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

/** Begins an action; undefined where it is not to be seen: our own work, or one that can't be read. */
export function begin(action: RecordedAction): Recording | undefined {
  try {
    const runtime = currentRuntime();
    if (running().quiet === true || (runtime === undefined && (isOff() || isAlone()))) return undefined;
    const { span, host } = openSpan(action, runtime);
    return {
      span,
      run: (work) => {
        const { scope: bound, stamp } = running();
        return enter({ scope: bound, stamp, span, covered: action.covers === true }, host ?? span, work);
      },
      end: (failure) => {
        end(span, failure);
        if (host !== undefined) end(host, failure);
        action.onEnd?.(failure === undefined);
      },
    };
  } catch {
    return undefined;
  }
}

/** OpenTelemetry keeps here what is registered; keys of one name are one key. */
const api = Symbol.for("opentelemetry.js.api.1");

const shared = globals<{ [api]?: { trace?: unknown } }>();

/** Whether there is no OpenTelemetry SDK. */
function isAlone(): boolean {
  return shared[api]?.trace === undefined;
}

/** The span that tells of an action, and the host's beside it where nobody tells us of that one. */
interface Opened {
  readonly span: Span;
  readonly host?: Span;
}

/** The host's span where it records one and tells us of it, else ours. */
function openSpan(action: RecordedAction, runtime: Runtime | undefined): Opened {
  const kind = action.spanKind ?? spanKind(action.kind);
  const start = { name: spanName(action), kind, attributes: spanAttributes(action) };
  const parent = parentContext();
  const host = isAlone() ? undefined : hostSpan(start, parent);
  if (runtime === undefined) return { span: host ?? trace.wrapSpanContext(newContext(parent)) };
  const isRecording = host?.isRecording() === true;
  if (isRecording && runtime.spans.wasTold(host)) return { span: host };
  const given = host?.spanContext();
  // An SDK that leaves the trace out gives new ids all the same; without an SDK the parent's come back.
  const isNew = given !== undefined && trace.isSpanContextValid(given) && given.spanId !== parent?.spanId;
  const own = new OwnSpan(
    start,
    { context: isNew ? given : newContext(parent), parent },
    runtime.clock,
    runtime.spans,
  );
  runtime.spans.begin(own);
  return isRecording ? { span: own, host } : { span: own };
}

/** What the host's tracer makes of it; one that fails makes nothing. */
function hostSpan({ name, kind, attributes }: SpanStart, parent: SpanContext | undefined): Span | undefined {
  try {
    const active = context.active();
    // OpenTelemetry knows its own parent; ours it has to be told.
    const isOurs = parent !== undefined && trace.getSpan(active) === undefined;
    const outer = isOurs ? trace.setSpanContext(active, parent) : active;
    return hostTracer().startSpan(name, { kind, attributes }, outer);
  } catch {
    return undefined;
  }
}

let tracer: Tracer | undefined;
let tracerOf: unknown;

/** Asked for once for each provider that is registered. */
function hostTracer(): Tracer {
  const registered = shared[api]?.trace;
  if (tracer === undefined || tracerOf !== registered) {
    tracer = trace.getTracer(scope);
    tracerOf = registered;
  }
  return tracer;
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

function end(span: Span, failure: Failure | undefined): void {
  try {
    if (failure !== undefined) {
      span.setAttribute("error.type", "type" in failure ? failure.type : errorType(failure.error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  } catch {
    // It ends all the same.
  }
  try {
    span.end();
  } catch {
    // A broken tracer must not break the host, and there is nobody to tell.
  }
}

/** Class of an error; a class of one's own may be called anything, so what isn't called as a class is doesn't leave. */
function errorType(error: unknown): string {
  try {
    // An error out of another realm, a worker's vm for example, is no instance of our Error.
    const isError = error instanceof Error || isNativeError(error);
    const name: unknown = isError ? error.name : undefined;
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // A getter or a proxy that throws.
  }
  return "_OTHER";
}
