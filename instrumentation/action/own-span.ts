import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import type { FinishedSpan } from "../emit/finished-span.ts";

/** What a span begins with. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Where a span stands. */
interface Place {
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
}

/**
 * The span of an action where the host records none: it has no SDK, or its sampler left the trace out. Has the ids that
 * the host handed on, so that chains hold together.
 */
export class OwnSpan implements Span, FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime: HrTime;
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly instrumentationScope = { name: "answerable" };
  readonly #context: SpanContext;
  readonly #startedMs: number;
  readonly #elapsedMs: number;
  readonly #clock: Clock;
  readonly #taker: { ended(span: FinishedSpan): void };
  #isOpen = true;

  constructor(
    { name, kind, attributes }: SpanStart,
    { context, parent }: Place,
    clock: Clock,
    taker: { ended(span: FinishedSpan): void },
  ) {
    this.name = name;
    this.kind = kind;
    this.attributes = attributes;
    this.#context = context;
    this.parentSpanContext = parent;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#elapsedMs = clock.elapsedMs();
    this.#taker = taker;
    this.startTime = hrTime(this.#startedMs);
    this.endTime = this.startTime;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (this.#isOpen) this.attributes[name] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#isOpen) Object.assign(this.attributes, attributes);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#isOpen) this.status = { code: status.code };
    return this;
  }

  end(_endTime?: TimeInput): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A stopwatch, as the clock may be corrected in between.
    this.endTime = hrTime(this.#startedMs + Math.max(0, this.#clock.elapsedMs() - this.#elapsedMs));
    this.#taker.ended(this);
  }

  isRecording(): boolean {
    return this.#isOpen;
  }

  // Events, links, other names and messages of errors may hold anything, and nobody reads them.
  addEvent(): this {
    return this;
  }

  addLink(_link: Link): this {
    return this;
  }

  addLinks(_links: Link[]): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(_exception: Exception): void {
    return;
  }
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.floor((ms - seconds * 1000) * 1_000_000)];
}
