import type { Attributes } from "@opentelemetry/api";
import type { ActingIdentity } from "./scope/scope.ts";
import type { Clock } from "./clock.ts";
import type { FlushCounts } from "./emit/flusher.ts";
import type { Joint } from "./emit/join.ts";
import type { OpenSpans } from "./emit/processor.ts";
import type { SpanQueue } from "./emit/queue.ts";
import type { SpanSink } from "./emit/sink.ts";
import type { Guard } from "./guard/guard.ts";
import { globals } from "./globals.ts";
import type { Search } from "./identity/index.ts";
import type { Redactor } from "./redact/redactor.ts";
import type { LineageBook } from "./lineage/index.ts";
import type { Tokens } from "./scope/token-now.ts";

/** What a process that was started holds, once for all copies of this module in it. */
export interface Runtime {
  readonly clock: Clock;
  readonly queue: SpanQueue;
  readonly spans: OpenSpans;
  readonly lineage: LineageBook;
  readonly sink: SpanSink;
  readonly watch: Joint["watch"];
  /** Who this process is; undefined while that is still looked for. */
  readonly identity: () => ActingIdentity | undefined;
  /** What all spans of the process say of it: its name, its host, who it is. */
  readonly resource: () => Attributes;
  /** What each way to know who this process is said, for `answerable doctor`. */
  readonly search: () => Search | undefined;
  /** Resolves when the identity was found, or was looked for long enough. Never rejects. */
  readonly ready: Promise<void>;
  readonly tokens: Tokens;
  /** Undefined where nothing is decided. */
  readonly guard: Guard | undefined;
  /** Seals what is carried to other processes. */
  readonly chainKey: Uint8Array | undefined;
  /** Takes secrets out of what is carried to them. */
  readonly redactor: Redactor;
  /** Hosts that are told by whom and for what they are called. */
  readonly propagateTo: (host: string) => boolean;
  readonly counts: () => FlushCounts;
  /** Sends what waits. */
  readonly flush: () => Promise<void>;
  /** Sends to another sink from now on; gives back what undoes it. */
  readonly divert: (sink: SpanSink) => () => void;
  readonly stop: () => Promise<void>;
}

const slot = Symbol.for("answerable.runtime.1");
const shared = globals<{ [slot]?: Runtime | undefined }>();

/** Undefined before `start`, and after its `stop`. */
export function currentRuntime(): Runtime | undefined {
  return shared[slot];
}

const off = Symbol.for("answerable.off.1");
const switches = globals<{ [off]?: boolean }>();

/** Whether `start` was told to do nothing: then not even the host's tracer is asked for a span. */
export function isOff(): boolean {
  return switches[off] === true;
}

export function setOff(isOffNow: boolean): void {
  switches[off] = isOffNow;
}

export function setRuntime(runtime: Runtime | undefined): void {
  shared[slot] = runtime;
}
