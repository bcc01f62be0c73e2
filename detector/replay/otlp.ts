import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReplaySpan } from "./span-of-line.ts";

/** The span type of the official serializer, named through it because its package is not a dependency of ours. */
type OtlpSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

const resource: OtlpSpan["resource"] = {
  attributes: { "service.name": "replay" },
  merge: (other) => other ?? resource,
  getRawAttributes: () => [],
};
const scope = { name: "answerable/replay" };

/** Encodes spans as an OTLP `ExportTraceServiceRequest` in protobuf, with the serializer that SDKs use. */
export function encodeSpans(spans: readonly ReplaySpan[]): Uint8Array {
  const bytes = ProtobufTraceSerializer.serializeRequest(spans.map(otlpSpan));
  if (bytes === undefined) throw new Error("the OTLP serializer gave no bytes for a request of spans");
  return bytes;
}

/** What a receiver said it did not take, out of its `ExportTraceServiceResponse`. */
export function decodeResponse(bytes: Uint8Array): { readonly rejected: number; readonly message: string } {
  const partial =
    bytes.length === 0 ? undefined : ProtobufTraceSerializer.deserializeResponse(bytes).partialSuccess;
  return { rejected: partial?.rejectedSpans ?? 0, message: partial?.errorMessage ?? "" };
}

function otlpSpan(span: ReplaySpan): OtlpSpan {
  return {
    name: span.name,
    kind: span.kind === "client" ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => ({ traceId: span.traceId, spanId: span.spanId, traceFlags: TraceFlags.SAMPLED }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    // As instrumentation does: an error is said, a success is left unset.
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];
}
