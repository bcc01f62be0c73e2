import { AsyncLocalStorage } from "node:async_hooks";
import { jitter } from "../random.ts";
import { Backoff } from "./backoff.ts";
import type { Entry } from "./finished-span.ts";
import type { LeavingSpan } from "./leaving.ts";
import type { SpanQueue } from "./queue.ts";
import type { Sent, SpanSink } from "./sink.ts";

export interface FlushOptions {
  /** How long a span waits for company at most. */
  readonly flushMs: number;
  /** How long one of high risk does. */
  readonly urgentFlushMs: number;
  /** Spans of one request. */
  readonly batchMax: number;
  /** How long the process is held at its end, at most. */
  readonly exitMs: number;
  /** Nothing is sent before; never rejects. */
  readonly ready: Promise<unknown>;
  /** Spreads pauses: a number from 0.5 to 1. */
  readonly jitter?: () => number;
}

/** What the spans of one request hold in memory at most; receivers refuse larger ones. */
const batchBytesMax = 4 * 1024 * 1024;

/** Counts since the process started. */
export interface FlushCounts {
  readonly sent: number;
  readonly refused: number;
}

type Leave = (entry: Entry, isFirst: boolean) => LeavingSpan;

/**
 * Empties the queue into the sink: one request at a time, and one more for what is of high risk and must not wait for it.
 * Its timers hold nothing open.
 */
export class Flusher {
  readonly #queue: SpanQueue;
  #sink: SpanSink;
  readonly #leave: Leave;
  readonly #options: FlushOptions;
  readonly #backoff: Backoff;
  /** Timers and requests belong to nobody: they must not hold, or be counted to, the request of the host that came first. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #counts = { sent: 0, refused: 0 };
  #timer: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #sending: Promise<void> | undefined;
  #sendingUrgent: Promise<void> | undefined;
  #ready: Promise<unknown>;
  #lastTaken = 0;
  #isStopped = false;

  constructor(queue: SpanQueue, sink: SpanSink, leave: Leave, options: FlushOptions) {
    this.#queue = queue;
    this.#sink = sink;
    this.#leave = leave;
    this.#options = options;
    this.#ready = options.ready;
    this.#backoff = new Backoff(options.jitter ?? jitter);
    queue.onSpan = (urgent) => this.#schedule(urgent);
  }

  get counts(): FlushCounts {
    return { ...this.#counts };
  }

  /** Sends what waits now, and whatever else fits into its last request. Resolves when that is done or failed. */
  async flush(): Promise<void> {
    const goal = this.#queue.taken;
    const isOver = (): boolean => this.#queue.taken - this.#queue.waiting >= goal;
    while (!isOver() && (this.#queue.length > 0 || this.#sending !== undefined)) {
      this.#sending ??= this.#outside(() => this.#send(false)).finally(() => (this.#sending = undefined));
      await this.#sending;
      if (this.#backoff.pauseMs > 0) break;
    }
    await this.#sendingUrgent;
    if (this.#queue.length > 0) this.#schedule(false);
  }

  /** The same, for so long at most. Holds the process open meanwhile. */
  async flushWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    this.#backoff.over();
    await Promise.race([this.flush(), late]);
    clearTimeout(timer);
  }

  /**
   * Sends what waits at the end of the process, once for the same spans: a process whose receiver is away must end. Half of
   * the time is for whoever still looks for the identity.
   */
  async last(): Promise<void> {
    if (this.#queue.taken === this.#lastTaken) return;
    this.#lastTaken = this.#queue.taken;
    if (this.#queue.waiting === 0) return;
    const { exitMs, ready } = this.#options;
    const enough = new Promise((resolve) => setTimeout(resolve, exitMs / 2).unref());
    this.#ready = Promise.race([ready, enough]);
    await this.flushWithin(exitMs);
  }

  /** Sends to another sink from now on, at once where the one before was being waited for. Gives back what undoes it. */
  divert(sink: SpanSink): () => void {
    const before = this.#sink;
    this.#sink = sink;
    this.#backoff.over();
    return () => {
      if (this.#sink === sink) this.#sink = before;
    };
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#unschedule();
    this.#queue.onSpan = () => undefined;
  }

  #schedule(urgent: boolean): void {
    if (this.#isStopped) return;
    const { pauseMs } = this.#backoff;
    if (pauseMs === 0 && this.#queue.length === this.#options.batchMax) return this.#soon();
    if (this.#timer !== undefined) {
      if (!urgent || this.#isUrgent || pauseMs > 0) return;
      this.#unschedule();
    }
    const { flushMs, urgentFlushMs } = this.#options;
    this.#isUrgent = urgent;
    const afterMs = Math.max(pauseMs, urgent ? urgentFlushMs : flushMs);
    this.#timer = this.#outside(() => setTimeout(() => this.#due(urgent), afterMs));
    this.#timer.unref();
  }

  /** A request is full: to wait longer would only hold memory. Not at once, as that would be a part of the host's call. */
  #soon(): void {
    this.#unschedule();
    this.#timer = this.#outside(() => setTimeout(() => this.#due(this.#queue.hasUrgent), 0));
    this.#timer.unref();
    this.#isUrgent = true;
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isUrgent = false;
  }

  #due(urgent: boolean): void {
    this.#unschedule();
    if (urgent && this.#sending !== undefined) {
      this.#sendingUrgent ??= this.#send(true).finally(() => {
        this.#sendingUrgent = undefined;
        if (this.#queue.length > 0) this.#schedule(this.#queue.hasUrgent);
      });
    } else void this.flush();
  }

  /** Never rejects. */
  async #send(urgentOnly: boolean): Promise<void> {
    await this.#ready;
    const { batchMax: spansMax } = this.#options;
    const entries = this.#queue.take({ spansMax, bytesMax: batchBytesMax, urgentOnly });
    if (entries.length === 0) return;
    const spans = entries.flatMap((entry, nth) => this.#leaving(entry, nth === 0));
    const outcome = spans.length === 0 ? "refused" : await this.#told(spans);
    if (outcome === "later") {
      this.#queue.putBack(entries);
      this.#backoff.failed(this.#sink.pauseMs);
      this.#unschedule();
      this.#schedule(false);
      return;
    }
    this.#queue.settle(entries);
    this.#backoff.over();
    this.#counts[outcome] += spans.length;
    this.#counts.refused += entries.length - spans.length;
  }

  /** A sink of the host may throw, or give back anything. */
  async #told(spans: readonly LeavingSpan[]): Promise<Sent> {
    try {
      const outcome = await this.#sink.send(spans);
      return outcome === "sent" || outcome === "refused" ? outcome : "later";
    } catch {
      return "later";
    }
  }

  /** A span that can't be made ready costs itself alone. */
  #leaving(entry: Entry, isFirst: boolean): LeavingSpan[] {
    try {
      return [this.#leave(entry, isFirst)];
    } catch {
      return [];
    }
  }
}
