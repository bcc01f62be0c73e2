import { hostname } from "node:os";
import type { Attributes } from "@opentelemetry/api";
import { type Clock, systemClock } from "./clock.ts";
import { environment } from "./environment.ts";
import { consoleSink } from "./emit/console-sink.ts";
import { Flusher } from "./emit/flusher.ts";
import { joinNowAndLater } from "./emit/join.ts";
import { leaving } from "./emit/leaving.ts";
import { otlpSink } from "./emit/otlp-sink.ts";
import { OpenSpans } from "./emit/processor.ts";
import { SpanQueue } from "./emit/queue.ts";
import type { SpanSink } from "./emit/sink.ts";
import { findSelf, type Self } from "./identity/self.ts";
import { LineageBook } from "./lineage/index.ts";
import { hasColors, onceAtExit, pid, warn, writeLine } from "./process.ts";
import { randomHex } from "./random.ts";
import { redactor } from "./redact/redactor.ts";
import { reference } from "./redact/reference.ts";
import { currentRuntime, type Runtime, setRuntime } from "./runtime.ts";
import { extract } from "./scope/carry.ts";
import { hostMatcher } from "./scope/hosts.ts";
import { runningOf } from "./scope/run-as.ts";
import { setRoot } from "./scope/scope.ts";
import { type Settings, settingsOf, type StartOptions } from "./settings.ts";

/** What whoever starts us from within has to say. */
interface Around {
  /** Called before the host registers an OpenTelemetry SDK of its own. */
  readonly beforeOther?: () => void;
  /** The time of the spans that are ours. */
  readonly clock?: Clock;
}

/** Builds what `start` hands out, once for the process. Undefined where it is switched off, or failed; why is warned of. */
export function startRuntime(options: StartOptions = {}, around: Around = {}): Runtime | undefined {
  const before = currentRuntime();
  if (before !== undefined) return before;
  try {
    const settings = settingsOf(options, environment());
    for (const problem of settings.problems) warn(problem);
    if (!settings.enabled) return undefined;
    const runtime = build(settings, around);
    setRuntime(runtime);
    // Whoever started this process may have said by whom and for what.
    setRoot(runningOf(extract(environment())));
    return runtime;
  } catch (error) {
    warn(`could not start: ${error instanceof Error ? error.message : "unknown error"}`);
    return undefined;
  }
}

function build(settings: Settings, { beforeOther, clock = systemClock }: Around): Runtime {
  const { limits } = settings;
  const queue = new SpanQueue({ spansMax: limits.queueSpansMax, bytesMax: limits.queueBytesMax });
  const spans = new OpenSpans(queue);
  const self = findSelf({
    told: settings.identity,
    env: environment(),
    nowMs: () => clock.nowMs(),
    reference: (secret) => reference(secret, settings.key, settings.tenant),
    withinMs: limits.identityMs,
    onProblem: warn,
  });
  const sink = sinkOf(settings);
  const resource = processAttributes(settings, self);
  const leave = leaving({
    redactor: redactor({ key: settings.key, tenant: settings.tenant }),
    dropped: () => queue.dropped.low + queue.dropped.high,
    process: resource,
    self: () => self.identity()?.id,
  });
  const flusher = new Flusher(queue, sink, leave, { ...limits, ready: self.ready });
  const separate = joinNowAndLater(spans, beforeOther);
  const forget = onceAtExit(() => flusher.last());
  return {
    clock,
    queue,
    spans,
    lineage: new LineageBook(),
    sink,
    identity: self.identity,
    resource,
    search: self.search,
    ready: self.ready,
    tokens: self.tokens,
    chainKey: settings.chainKey,
    redactor: redactor({ key: settings.key, tenant: settings.tenant }),
    propagateTo: hostMatcher(settings.propagateTo),
    counts: () => flusher.counts,
    flush: () => flusher.flush(),
    divert: (other) => flusher.divert(other),
    async stop() {
      setRuntime(undefined);
      setRoot(undefined);
      separate();
      forget();
      await flusher.last();
      flusher.stop();
    },
  };
}

function sinkOf({ exporter, url, headers, limits }: Settings): SpanSink {
  if (exporter === "console") return consoleSink(writeLine, hasColors());
  if (exporter === "otlp") return otlpSink({ url, headers, timeoutMs: limits.timeoutMs });
  return exporter;
}

/** The same object until the identity is found, then another one: whoever remembers by it looks anew. */
function processAttributes({ resource }: Settings, self: Self): () => Attributes {
  const own: Attributes = {
    "service.name": "unknown_service:node",
    "host.name": hostname(),
    "process.pid": pid,
    ...resource,
    "service.instance.id": resource["service.instance.id"] ?? randomHex(16),
  };
  let made: { readonly of: Attributes; readonly all: Attributes } | undefined;
  return () => {
    const of = self.attributes();
    if (made?.of !== of) made = { of, all: { ...own, ...of } };
    return made.all;
  };
}
