import type { AttributeValue } from "../../detector/decode/index.ts";
import { forProtobufjs, type ModelAttribute, type ModelRequest, type ModelValue } from "./otlp-model.ts";
import { traceRequest } from "./otlp-proto.ts";
import type { Span } from "./span.ts";

/** Spans as protobufjs writes them, each under a resource of its own. */
export function encodedSpans(spans: readonly Span[]): Uint8Array {
  return encodedRequest({ resourceSpans: spans.map(resourceSpansOf) });
}

/** A request as protobufjs writes it. */
export const encodedRequest = (request: ModelRequest): Uint8Array =>
  traceRequest.encode(traceRequest.create(forProtobufjs(request))).finish();

function resourceSpansOf(span: Span): ModelRequest["resourceSpans"][number] {
  const one = {
    traceId: Buffer.from(span.traceId, "hex"),
    spanId: Buffer.from(span.spanId, "hex"),
    parentSpanId: Buffer.from(span.parentSpanId, "hex"),
    traceState: "",
    name: span.name,
    kind: ["unspecified", "internal", "server", "client", "producer", "consumer"].indexOf(span.kind),
    startTimeUnixNano: BigInt(span.startedAtUs) * 1000n,
    endTimeUnixNano: BigInt(span.endedAtUs) * 1000n,
    attributes: pairsOf(span.attributes),
    events: [],
    links: [],
    status: { code: ["unset", "ok", "error"].indexOf(span.status), message: "" },
    flags: 0,
  };
  return {
    resource: { attributes: pairsOf(span.resource) },
    scopeSpans: [{ scope: { name: span.scopeName, version: "" }, spans: [one], schemaUrl: "" }],
    schemaUrl: "",
  };
}

const pairsOf = (values: Iterable<readonly [string, AttributeValue]>): ModelAttribute[] =>
  [...values].map(([key, value]) => ({ key, value: valueOf(value) }));

function valueOf(value: AttributeValue): ModelValue {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: BigInt(value) } : { doubleValue: value };
  if (Array.isArray(value))
    return { arrayValue: { values: value.map((one: AttributeValue) => valueOf(one)) } };
  return { kvlistValue: { values: pairsOf(Object.entries(value)) } };
}
