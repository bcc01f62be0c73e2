import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { record, start } from "../../instrumentation/index.ts";
import { currentRuntime } from "../../instrumentation/runtime.ts";
import { compareCpu, type Figure } from "../figure.ts";
import { program } from "./program.ts";
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

/**
 * What a call costs where it is made, `[ours, theirs]` in µs: `record`, beside an OpenTelemetry span with as many attributes.
 * `joined`: there is an SDK of the host, whose span is ours too. To be called in a process of its own.
 */
export async function callCost(mode: "alone" | "joined"): Promise<readonly [number, number]> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = new BasicTracerProvider({ spanProcessors: [keeping()] }).getTracer("bare");
  if (mode === "joined")
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [keeping()] }));
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
  const cost = compareCpu([ours, () => void bareSpan(tracer, work)]);
  await answerable.stop();
  if (sum === 0) throw new Error("The work must have been done.");
  return cost;
}

/** In processes of their own: what the one has compiled and collected must not count against the other. */
export async function callSite(): Promise<Figure[]> {
  const script = new URL("call-site-process.js", import.meta.url).pathname;
  const alone = JSON.parse(await program([script, "alone"])) as [number, number];
  const joined = JSON.parse(await program([script, "joined"])) as [number, number];
  return [figure("call-site", alone), figure("call-site-joined", joined)];
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
