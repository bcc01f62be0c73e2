import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { Attributes } from "@opentelemetry/api";
import type { LeavingSpan } from "./leaving.ts";

/** The span type of the official serializer, named through it because its package is not a dependency of ours. */
type OtlpSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

/** Encodes spans as an OTLP `ExportTraceServiceRequest` in protobuf, with the serializer that SDKs use. */
export function encodeTraces(spans: readonly LeavingSpan[]): Uint8Array | undefined {
  // The serializer gathers spans by the object of their resource.
  const resources = new Map<Attributes, OtlpSpan["resource"]>();
  const none: never[] = [];
  return ProtobufTraceSerializer.serializeRequest(
    spans.map((span) => ({
      name: span.name,
      kind: span.kind,
      spanContext: span.spanContext,
      ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
      startTime: span.startTime,
      endTime: span.endTime,
      status: span.status,
      attributes: span.attributes,
      duration: [0, 0],
      ended: true,
      links: none,
      events: none,
      resource: resourceOf(resources, span.resource),
      instrumentationScope: span.scope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    })),
  );
}

function resourceOf(
  made: Map<Attributes, OtlpSpan["resource"]>,
  attributes: Attributes,
): OtlpSpan["resource"] {
  const before = made.get(attributes);
  if (before !== undefined) return before;
  const resource: OtlpSpan["resource"] = {
    attributes,
    merge: (other) => other ?? resource,
    getRawAttributes: () => [],
  };
  made.set(attributes, resource);
  return resource;
}

const messageCharsMax = 300;

/** What an answer of success says of spans that were not taken all the same; undefined where all were. */
export function rejectedIn(answer: Uint8Array): string | undefined {
  if (answer.byteLength === 0) return undefined;
  try {
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(answer);
    const rejected = partialSuccess?.rejectedSpans ?? 0;
    if (!(rejected > 0)) return undefined;
    const why = (partialSuccess?.errorMessage ?? "").slice(0, messageCharsMax).replaceAll(/\p{Cc}/gu, " ");
    return `the receiver did not take ${String(rejected)} of the spans${why === "" ? "" : `: ${why}`}`;
  } catch {
    // Whoever answers in another encoding took them, by its status.
    return undefined;
  }
}
