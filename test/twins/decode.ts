/**
 * Decoding in the plainest way: the request as protobufjs reads it, made into spans of objects. What protobufjs takes
 * otherwise than we do (repeated parts, wrong wire types) is told by other tests.
 */
import type { AttributeValue } from "../../detector/decode/index.ts";
import { traceRequest } from "../support/otlp-proto.ts";
import type { Span } from "../support/span.ts";

/** What protobufjs makes of a `KeyValue`. */
interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue | null;
}
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface Message {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] } | null;
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string } | null;
      readonly spans?: readonly MessageSpan[];
    }[];
  }[];
}
interface MessageSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number } | null;
}

/** The spans of a request that is good throughout. */
export function decodeTwin(bytes: Uint8Array): readonly Span[] {
  const options = { longs: String, bytes: String, oneofs: false };
  const message: Message = traceRequest.toObject(traceRequest.decode(bytes), options);
  const spans: Span[] = [];
  for (const { resource, scopeSpans = [] } of message.resourceSpans ?? []) {
    const ofResource = attributesOf(resource?.attributes);
    for (const { scope, spans: some = [] } of scopeSpans)
      for (const one of some) spans.push(spanOf(one, spans.length, ofResource, scope?.name ?? ""));
  }
  return spans;
}

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const statuses = ["unset", "ok", "error"] as const;

function spanOf(one: MessageSpan, index: number, resource: Span["resource"], scopeName: string): Span {
  const parent = hex(one.parentSpanId ?? "");
  return {
    index,
    traceId: hex(one.traceId),
    spanId: hex(one.spanId),
    parentSpanId: /^0*$/u.test(parent) ? "" : parent,
    name: one.name ?? "",
    kind: kinds[one.kind ?? 0] ?? "unspecified",
    startedAtUs: Number(BigInt(one.startTimeUnixNano) / 1000n),
    endedAtUs: Number(BigInt(one.endTimeUnixNano) / 1000n),
    status: statuses[one.status?.code ?? 0] ?? "unset",
    attributes: attributesOf(one.attributes),
    resource,
    scopeName,
  };
}

const hex = (base64: string): string => Buffer.from(base64, "base64").toString("hex");

/** Of a repeated key the first counts. */
function attributesOf(pairs: readonly KeyValue[] = []): Map<string, AttributeValue> {
  const all = new Map<string, AttributeValue>();
  for (const { key = "", value } of pairs) if (!all.has(key)) all.set(key, valueOf(value ?? {}));
  return all;
}

function valueOf(value: AnyValue): AttributeValue {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = value;
  if (intValue !== undefined) {
    const near = Number(intValue);
    return Number.isSafeInteger(near) ? near : intValue;
  }
  if (bytesValue !== undefined) return hex(bytesValue);
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf);
  if (kvlistValue !== undefined) {
    const map: Record<string, AttributeValue> = Object.create(null);
    for (const [key, inner] of attributesOf(kvlistValue.values)) map[key] = inner;
    return map;
  }
  return stringValue ?? boolValue ?? doubleValue ?? null;
}
