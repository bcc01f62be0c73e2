import type { Attributes, HrTime, SpanContext, SpanKind, SpanStatus } from "@opentelemetry/api";

/** What is read of a finished span; the SDKs of all lines have it, and so have our own spans. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  /** The parent as SDK 1.x tells it. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly resource?: SpanResource | undefined;
  readonly instrumentationScope?: SpanScope | undefined;
  /** The scope as SDK 1.x tells it. */
  readonly instrumentationLibrary?: SpanScope | undefined;
}

/** What an SDK says of the process; parts of it may still be looked for. */
export interface SpanResource {
  readonly attributes: Attributes;
  readonly asyncAttributesPending?: boolean | undefined;
  readonly waitForAsyncAttributes?: (() => Promise<void>) | undefined;
  readonly getRawAttributes?: (() => readonly (readonly [string, unknown])[]) | undefined;
}

/** The library that made a span. */
export interface SpanScope {
  readonly name: string;
  readonly version?: string | undefined;
}

/** A span on its way out. */
export interface Entry {
  readonly span: FinishedSpan;
  /** Number within the process, in the order of handing over. */
  readonly seq: number;
  readonly urgent: boolean;
  /** Estimate of what it holds in memory. */
  readonly bytes: number;
}

/** Whether something has what is read of a span; a tracer that is no SDK's may keep it to itself. */
export function isReadable(span: object): span is FinishedSpan {
  const { attributes, startTime, status } = span as Partial<FinishedSpan>;
  return (
    typeof attributes === "object" && attributes !== null && Array.isArray(startTime) && status !== undefined
  );
}
