import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { FinishedSpan } from "../../instrumentation/emit/finished-span.ts";
import type { LeavingSpan } from "../../instrumentation/emit/leaving.ts";
import type { Redactor } from "../../instrumentation/redact/redactor.ts";
import type { Sent, SpanSink } from "../../instrumentation/emit/sink.ts";

let spans = 0;

/** A finished span; of high risk where its attributes say so. */
export function finished(attributes: Attributes = {}, more: Partial<FinishedSpan> = {}): FinishedSpan {
  spans += 1;
  const context = { traceId: "1".repeat(32), spanId: spans.toString(16).padStart(16, "0"), traceFlags: 1 };
  return {
    name: "span",
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    startTime: [1, 0],
    endTime: [2, 0],
    status: { code: SpanStatusCode.UNSET },
    attributes,
    ...more,
  };
}

/** Takes one word for a secret. */
export const redactor: Redactor = {
  text: (text) => text.replaceAll("S3CRET", "[redacted]"),
  attributes: (attributes) => attributes,
  count: 0,
  take: () => 0,
};

export const urgent = { "nhi.action.kind": "exec" };

/** A sink that answers as it is told, and keeps what it took. */
export interface ScriptedSink extends SpanSink {
  readonly batches: (readonly LeavingSpan[])[];
  readonly taken: LeavingSpan[];
}

/** @param answer what becomes of the nth request. */
export function scriptedSink(answer: (nth: number) => Sent | Promise<Sent> = () => "sent"): ScriptedSink {
  const batches: (readonly LeavingSpan[])[] = [];
  const taken: LeavingSpan[] = [];
  return {
    name: "scripted",
    trouble: undefined,
    batches,
    taken,
    send: async (batch) => {
      batches.push(batch);
      const outcome = await answer(batches.length - 1);
      if (outcome === "sent") taken.push(...batch);
      return outcome;
    },
  };
}

/** Numbers of spans, as they arrived. */
export const seqsOf = (batch: readonly LeavingSpan[]): unknown[] =>
  batch.map(({ attributes }) => attributes["nhi.seq"]);
