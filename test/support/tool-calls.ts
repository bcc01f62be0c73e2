import { attribute, block, requestOf, spanContent } from "./otlp-bytes.ts";

/** One tool call of an identity, as an SDK would emit it. */
export interface ToolCall {
  readonly identityId: string;
  /** Ordinal among all calls of a test; ids and instants are made of it. */
  readonly ordinal: number;
  readonly operation?: string;
  readonly resource?: string;
  readonly startMs?: number;
  /** Further attributes, such as the stamps of a collector. */
  readonly more?: Readonly<Record<string, string>>;
}

const firstMs = Date.parse("2026-01-05T00:00:00Z");

/** The span's own bytes, without the tag and length that a request puts before it. */
export function toolCallBytes(call: ToolCall): Buffer {
  const { traceId, spanId, name, startNs, attributes } = partsOf(call);
  const more = Object.entries(attributes).map(([key, value]) => attribute(key, block(1, value)));
  return spanContent({
    traceId: Buffer.from(traceId, "hex"),
    spanId: Buffer.from(spanId, "hex"),
    name,
    startNs,
    more,
  });
}

/** The same call as OTLP/JSON has it. */
function toolCallJson(call: ToolCall): object {
  const { traceId, spanId, name, startNs, attributes } = partsOf(call);
  return {
    traceId,
    spanId,
    name,
    kind: 1,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
}

/** A request of these calls, in protobuf. */
export function protoRequest(calls: readonly ToolCall[]): Buffer {
  return requestOf(...calls.map(toolCallBytes));
}

/** A request of these calls, in JSON. */
export function jsonRequest(calls: readonly ToolCall[]): Buffer {
  return Buffer.from(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: calls.map(toolCallJson) }] }] }),
  );
}

function partsOf({
  identityId,
  ordinal,
  operation = "read_file",
  resource = "inbox",
  startMs,
  more,
}: ToolCall) {
  return {
    traceId: (ordinal + 1).toString(16).padStart(32, "0"),
    spanId: (ordinal + 1).toString(16).padStart(16, "0"),
    name: `execute_tool ${operation}`,
    startNs: BigInt(startMs ?? firstMs + ordinal * 100) * 1_000_000n,
    attributes: {
      "nhi.identity.id": identityId,
      "nhi.identity.kind": "ai_agent",
      "nhi.action.kind": "tool_call",
      "nhi.action.name": operation,
      "nhi.resource.id": resource,
      ...more,
    },
  };
}

/** The bytes of every span of a request, as they lie in it. */
export function spanSlices(request: Uint8Array): readonly Uint8Array[] {
  return blocksOf(request, 1).flatMap((resource) =>
    blocksOf(resource, 2).flatMap((scope) => blocksOf(scope, 2)),
  );
}

/** The contents of a message's length-delimited fields of one number. */
function blocksOf(message: Uint8Array, field: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = readVarint(message, at);
    if (tag % 8 !== 2)
      throw new Error(`a field of wire type ${String(tag % 8)} where only messages were written`);
    const [length, start] = readVarint(message, afterTag);
    if (Math.floor(tag / 8) === field) found.push(message.subarray(start, start + length));
    at = start + length;
  }
  return found;
}

function readVarint(bytes: Uint8Array, from: number): readonly [number, number] {
  let value = 0;
  for (let at = from, scale = 1; at < bytes.length; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new Error("a varint without an end");
}
