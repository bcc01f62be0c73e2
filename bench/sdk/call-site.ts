import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { record, start } from "../../instrumentation/index.ts";
import { currentRuntime } from "../../instrumentation/runtime.ts";
import { compareCpu, type Figure } from "../figure.ts";
import { anAction, bareSpan } from "./spans.ts";

/** Spans that are gathered before they are let go of: what an exporter would take. */
const batch = 512;

/** A processor that keeps a batch, as the SDK's own does, and sends nothing. */
function keeping(): SpanProcessor {
  let kept: ReadableSpan[] = [];
  return {
    onStart: () => undefined,
    onEnd: (span) => {
      kept.push(span);
      if (kept.length === batch) kept = [];
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** What a call costs where it is made: `record`, beside an OpenTelemetry span with as many attributes. */
export async function callSite(): Promise<Figure[]> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = new BasicTracerProvider({ spanProcessors: [keeping()] }).getTracer("bare");
  const answerable = start({
    exporter: { name: "none", trouble: undefined, send: () => Promise.resolve("sent") },
    identity: { id: "agent:triage", kind: "ai_agent" },
  });
  const queue = currentRuntime()?.queue;
  const empty = { spansMax: batch, bytesMax: Number.POSITIVE_INFINITY };
  let sum = 0;
  const work = (): number => (sum += 1);
  const ours = (): void => {
    record(anAction(), work);
    if (queue?.length === batch) queue.settle(queue.take(empty));
  };
  const theirs = (): void => void bareSpan(tracer, work);

  const alone = figure("call-site", compareCpu([ours, theirs]));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [keeping()] }));
  const joined = figure("call-site-joined", compareCpu([ours, theirs]));
  await answerable.stop();
  trace.disable();
  context.disable();
  if (sum === 0) throw new Error("The work must have been done.");
  return [alone, joined];
}

/** What is left when it is switched off, beside the function itself. */
export function off(): Figure {
  const answerable = start({ enabled: false });
  let sum = 0;
  const work = (): number => (sum += 1);
  const action = anAction();
  const [ours, theirs] = compareCpu([() => void answerable.record(action, work), () => void work()]);
  if (sum === 0) throw new Error("The work must have been done.");
  return { ...figure("off", [ours, theirs]), peer: "the function itself" };
}

function figure(name: string, [ours, theirs]: readonly [number, number]): Figure {
  return {
    name,
    value: ours * 1000,
    unit: "ns",
    peer: "OpenTelemetry span, 15 attributes",
    peerValue: theirs * 1000,
    ratio: theirs / ours,
  };
}
