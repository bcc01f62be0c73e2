import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Attributes } from "@opentelemetry/api";
import { type Clock, systemClock } from "./clock.ts";
import { environment } from "./environment.ts";
import { consoleSink } from "./emit/console-sink.ts";
import { Flusher } from "./emit/flusher.ts";
import { type Joining, joinNowAndLater } from "./emit/join.ts";
import { leaving } from "./emit/leaving.ts";
import { otlpSink } from "./emit/otlp-sink.ts";
import { OpenSpans } from "./emit/processor.ts";
import { SpanQueue } from "./emit/queue.ts";
import type { SpanSink } from "./emit/sink.ts";
import { startGuard } from "./guard/start.ts";
import { findSelf, type Self } from "./identity/self.ts";
import { LineageBook } from "./lineage/index.ts";
import { atExit, hasColors, pid, warn, writeLine } from "./process.ts";
import { randomHex } from "./random.ts";
import { redactor } from "./redact/redactor.ts";
import { reference } from "./redact/reference.ts";
import { currentRuntime, type Runtime, setOff, setRuntime } from "./runtime.ts";
import { extract } from "./scope/carry.ts";
import { hostMatcher } from "./scope/hosts.ts";
import { runningOf } from "./scope/run-as.ts";
import { setRoot } from "./scope/scope.ts";
import { type Settings, settingsOf, type StartOptions } from "./settings.ts";

/** What whoever starts us from within has to say. */
interface Around extends Joining {
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
    setOff(!settings.enabled);
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

function build(settings: Settings, { clock = systemClock, ...joining }: Around): Runtime {
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
  spans.onFlush = () => flusher.flushWithin(limits.exitMs);
  const joint = joinNowAndLater(spans, joining);
  const forget = atExit(
    () => flusher.last(),
    () => systemClock.elapsedMs(),
  );
  const guard = startGuard(settings, {
    self,
    resource,
    clock,
    tls: tlsOf(settings),
    redactor: redactor({ key: settings.key, tenant: settings.tenant }),
  });
  return {
    clock,
    guard,
    queue,
    spans,
    lineage: new LineageBook(),
    sink,
    watch: (api) => joint.watch(api),
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
      joint.separate();
      forget();
      guard?.stop();
      queue.close();
      await flusher.last();
      flusher.stop();
      sink.close?.();
    },
  };
}

function sinkOf(settings: Settings): SpanSink {
  const { exporter, endpoint, limits } = settings;
  if (exporter === "console") return consoleSink(writeLine, hasColors());
  if (exporter === "otlp")
    return otlpSink({ ...endpoint, tls: tlsOf(settings), timeoutMs: limits.timeoutMs });
  return exporter;
}

function tlsOf({ endpoint }: Settings): Record<string, string> {
  const { ca, cert, key } = endpoint.tls;
  return { ...pem("ca", ca), ...pem("cert", cert), ...pem("key", key) };
}

/** A file that can't be read is warned of; what it is for will fail, and say so in turn. */
function pem(name: string, file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  try {
    return { [name]: readFileSync(file, "utf8") };
  } catch {
    warn(`the file ${file} of an OTEL_EXPORTER_OTLP_ variable can't be read`);
    return {};
  }
}

/** The same object until the identity is found, then another one: whoever remembers by it looks anew. */
function processAttributes({ resource }: Settings, self: Self): () => Attributes {
  const own: Attributes = {
    "service.name": "unknown_service:node",
    "host.name": hostname(),
    "process.pid": pid,
    ...resource,
    "service.instance.id": instanceOf(resource["service.instance.id"]),
  };
  let made: { readonly of: Attributes; readonly all: Attributes } | undefined;
  return () => {
    const of = self.attributes();
    if (made?.of !== of) made = { of, all: { ...own, ...of } };
    return made.all;
  };
}

/**
 * Spans are numbered within this name. One that was given is shared by all workers and children of a process, and outlives a
 * restart: each gets an end of its own, or the detector would take them for clones.
 */
function instanceOf(given: string | undefined): string {
  return given === undefined ? randomHex(16) : `${given}/${randomHex(4)}`;
}
