import type { Entry } from "./finished-span.ts";
import type { LeavingSpan } from "./leaving.ts";
import type { SpanQueue } from "./queue.ts";
import type { SpanSink } from "./sink.ts";

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
}

/** First and longest pause after a failure. */
const pauseMs = { first: 500, most: 30_000 };

/** Counts since the process started. */
export interface FlushCounts {
  readonly sent: number;
  readonly refused: number;
}

/** Empties the queue into the sink, one request at a time. Its timers hold nothing open. */
export class Flusher {
  readonly #queue: SpanQueue;
  #sink: SpanSink;
  readonly #leave: (entry: Entry, isFirst: boolean) => LeavingSpan;
  readonly #options: FlushOptions;
  readonly #counts = { sent: 0, refused: 0 };
  #timer: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #sending: Promise<void> | undefined;
  #pauseMs = 0;
  #lastTaken = 0;

  constructor(
    queue: SpanQueue,
    sink: SpanSink,
    leave: (entry: Entry, isFirst: boolean) => LeavingSpan,
    options: FlushOptions,
  ) {
    this.#queue = queue;
    this.#sink = sink;
    this.#leave = leave;
    this.#options = options;
    queue.onSpan = (urgent) => this.#schedule(urgent);
  }

  get counts(): FlushCounts {
    return { ...this.#counts };
  }

  /** Sends all that waits; resolves when that is done or failed. */
  async flush(): Promise<void> {
    this.#unschedule();
    while (this.#queue.length > 0 || this.#sending !== undefined) {
      this.#sending ??= this.#sendBatch().finally(() => (this.#sending = undefined));
      await this.#sending;
      if (this.#pauseMs > 0) return;
    }
  }

  /**
   * Sends what waits, holding the process open for `exitMs` at most. Done once for the same spans: a process whose
   * receiver is away must end.
   */
  async last(): Promise<void> {
    if (this.#queue.taken === this.#lastTaken) return;
    this.#lastTaken = this.#queue.taken;
    if (this.#queue.length === 0 && this.#sending === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#options.exitMs)));
    this.#pauseMs = 0;
    await Promise.race([this.flush(), late]);
    clearTimeout(timer);
  }

  /** Sends to another sink from now on, at once where the one before was being waited for. Gives back what undoes it. */
  divert(sink: SpanSink): () => void {
    const before = this.#sink;
    this.#sink = sink;
    this.#pauseMs = 0;
    return () => {
      if (this.#sink === sink) this.#sink = before;
    };
  }

  stop(): void {
    this.#unschedule();
    this.#queue.onSpan = () => undefined;
  }

  #schedule(urgent: boolean): void {
    if (this.#timer !== undefined) {
      if (!urgent || this.#isUrgent || this.#pauseMs > 0) return;
      this.#unschedule();
    }
    const { flushMs, urgentFlushMs } = this.#options;
    this.#isUrgent = urgent;
    this.#timer = setTimeout(
      () => void this.flush(),
      Math.max(this.#pauseMs, urgent ? urgentFlushMs : flushMs),
    );
    this.#timer.unref();
  }

  #unschedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isUrgent = false;
  }

  async #sendBatch(): Promise<void> {
    const entries = this.#queue.take(this.#options.batchMax);
    if (entries.length === 0) return;
    await this.#options.ready;
    const spans = entries.flatMap((entry, nth) => this.#ready(entry, nth === 0));
    switch (await this.#sink.send(spans).catch(() => "later" as const)) {
      case "sent":
        this.#counts.sent += spans.length;
        this.#pauseMs = 0;
        return;
      case "refused":
        this.#counts.refused += spans.length;
        this.#pauseMs = 0;
        return;
      case "later":
        this.#queue.putBack(entries);
        this.#pauseMs = Math.min(pauseMs.most, Math.max(pauseMs.first, this.#pauseMs * 2));
        this.#schedule(false);
    }
  }

  /** A span that can't be made ready costs itself alone. */
  #ready(entry: Entry, isFirst: boolean): LeavingSpan[] {
    try {
      return [this.#leave(entry, isFirst)];
    } catch {
      this.#counts.refused += 1;
      return [];
    }
  }
}
