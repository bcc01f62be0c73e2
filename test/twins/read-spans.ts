/**
 * Decoding into objects, a map for each span, with all the checks: what the decoder of codes must take, reject and refuse
 * alike. Places of fields, lengths and values are read by the same cursor.
 */
import { readAnyValue } from "../../detector/decode/any-value.ts";
import { Cursor, type Trouble } from "../../detector/decode/cursor.ts";
import type { AttributeValue, Decoded, DecodeLimits, RejectedSpan } from "../../detector/decode/index.ts";
import { isBefore, isUsable, microsecondsAt } from "../../detector/decode/instant.ts";
import { outlineOf } from "../../detector/decode/outline.ts";
import type { Span } from "../support/span.ts";

type Values = Map<string, AttributeValue>;
type ReadTwin =
  | { readonly ok: true; readonly spans: readonly Span[]; readonly rejected: readonly RejectedSpan[] }
  | Extract<Decoded, { ok: false }>;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Reads a request; of its attributes only the `wanted` ones are looked into. */
export function readTwin(bytes: Uint8Array, wanted: ReadonlySet<string>, limits: DecodeLimits): ReadTwin {
  const outlined = outlineOf(bytes, limits);
  if (!outlined.ok) return { ok: false, reason: outlined.reason, message: sentence(outlined.text) };
  const spans: Span[] = [];
  const rejected: RejectedSpan[] = [];
  let index = 0;
  for (const { heads, scopes } of outlined.outline.resources) {
    const cursor = new Cursor(bytes);
    const resource: Values = new Map();
    const count = { attributes: 0 };
    readHeads(cursor, heads, (stop) =>
      readAttribute(cursor, stop, { wanted, limits, kept: resource, count }),
    );
    const ofResource = cursor.trouble;
    if (ofResource?.reason === "malformed") return refused("resource", ofResource);
    for (const scope of scopes) {
      const around = new Cursor(bytes);
      let scopeName = "";
      readHeads(around, scope.heads, (stop) => {
        scopeName = readName(around, stop, limits);
      });
      const ofScope = around.trouble;
      if (ofScope?.reason === "malformed") return refused("scope", ofScope);
      for (let at = 0; at < scope.spans.length; at += 3, index += 1) {
        const read =
          ofResource !== undefined
            ? inPlace(ofResource, "in the resource, ")
            : ofScope !== undefined
              ? inPlace(ofScope, "in the scope, ")
              : readSpan(bytes.subarray(0, scope.spans[at + 2]), scope.spans[at + 1]!, wanted, limits);
        if ("reason" in read) rejected.push({ index, reason: read.reason, message: sentence(read.text) });
        else spans.push({ index, ...read, resource, scopeName });
      }
    }
  }
  return { ok: true, spans, rejected };
}

const refused = (where: string, { text }: Trouble): ReadTwin => ({
  ok: false,
  reason: "malformed",
  message: sentence(`in the ${where}, ${text}`),
});

type Refusal = Trouble<RejectedSpan["reason"]>;
const inPlace = ({ reason, text }: Refusal | Trouble, where = ""): Refusal => ({
  reason,
  text: where + text,
});

/** Field 1 of the field 1s among the heads: attributes of a resource, names of a scope. */
function readHeads(cursor: Cursor, heads: readonly number[], visit: (stop: number) => void): void {
  for (let at = 0; at < heads.length && cursor.trouble === undefined; at += 2) {
    cursor.pos = heads[at]!;
    fields(cursor, heads[at + 1]!, { 0x0a: (stop) => fields(cursor, stop, { 0x0a: visit }) });
  }
}

/** Calls whoever reads a field by its tag, with where it ends when it has a length, or passes it. */
function fields(
  cursor: Cursor,
  end: number,
  readers: Readonly<Record<number, (stop: number) => void>>,
): void {
  const known = Object.keys(readers).reduce((bits, tag) => bits | (1 << (Number(tag) >>> 3)), 0);
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    const reader = readers[tag];
    if (reader === undefined) cursor.skip(tag, end, known);
    else reader(tag % 8 === 2 ? cursor.block(end) : end);
  }
}

function readSpan(
  bytes: Uint8Array,
  start: number,
  wanted: ReadonlySet<string>,
  limits: DecodeLimits,
): Omit<Span, "index" | "resource" | "scopeName"> | Refusal {
  const cursor = new Cursor(bytes);
  cursor.pos = start;
  const kept: Values = new Map();
  const count = { attributes: 0 };
  let traceId: string | undefined;
  let spanId: string | undefined;
  let parent = "";
  let name = "";
  let kind = 0;
  let status = 0;
  let startedAt = -1;
  let endedAt = -1;
  const hexTo = (stop: number): string => {
    const hex = cursor.bytes.toString("hex", cursor.pos, stop);
    cursor.pos = stop;
    return hex;
  };
  fields(cursor, bytes.length, {
    0x0a: (stop) => (traceId = hexTo(stop)),
    0x12: (stop) => (spanId = hexTo(stop)),
    0x22: (stop) => (parent = hexTo(stop)),
    0x2a: (stop) => (name = readName(cursor, stop, limits)),
    0x30: (end) => (kind = cursor.varint(end)),
    0x39: (end) => (startedAt = cursor.fixed(8, end)),
    0x41: (end) => (endedAt = cursor.fixed(8, end)),
    0x4a: (stop) => readAttribute(cursor, stop, { wanted, limits, kept, count }),
    0x7a: (stop) => fields(cursor, stop, { 0x18: (end) => (status = cursor.varint(end)) }),
  });
  if (cursor.trouble !== undefined) return inPlace(cursor.trouble, "in the span, ");
  const unusable = (reason: RejectedSpan["reason"], text: string): Refusal =>
    inPlace({ reason, text }, "the span cannot be used: ");
  const isId = (id: string | undefined, digits: number): boolean =>
    id?.length === digits && !/^0*$/u.test(id);
  if (!isId(traceId, 32))
    return unusable("invalid_id", "its trace id is not 16 bytes, or all of them are zero");
  if (!isId(spanId, 16)) return unusable("invalid_id", "its span id is not 8 bytes, or all of them are zero");
  if (parent !== "" && parent.length !== 16)
    return unusable("invalid_id", "its parent span id is neither empty nor 8 bytes");
  const { view } = cursor;
  if (!isUsable(view, startedAt))
    return unusable("invalid_time", "its start time is not from 1 to 2^63-1 nanoseconds");
  if (!isUsable(view, endedAt))
    return unusable("invalid_time", "its end time is not from 1 to 2^63-1 nanoseconds");
  if (isBefore(view, endedAt, startedAt)) return unusable("invalid_time", "it ends before it starts");
  return {
    traceId: traceId!,
    spanId: spanId!,
    parentSpanId: /^0*$/u.test(parent) ? "" : parent,
    name,
    kind:
      (["unspecified", "internal", "server", "client", "producer", "consumer"] as const)[kind] ??
      "unspecified",
    status: (["unset", "ok", "error"] as const)[status] ?? "unset",
    startedAtUs: microsecondsAt(view, startedAt),
    endedAtUs: microsecondsAt(view, endedAt),
    attributes: kept,
  };
}

function readName(cursor: Cursor, stop: number, { valueBytesMax }: DecodeLimits): string {
  const bytes = cursor.bytes.subarray(cursor.pos, stop);
  if (bytes.length > valueBytesMax) {
    cursor.fail("value_too_long", `the name is longer than ${valueBytesMax} bytes`);
    return "";
  }
  const name = bytes.toString("utf8");
  if (Buffer.from(name).equals(bytes)) cursor.pos = stop;
  else cursor.fail("invalid_utf8", "the name is not valid UTF-8");
  return name;
}

interface Reading {
  readonly wanted: ReadonlySet<string>;
  readonly limits: DecodeLimits;
  readonly kept: Values;
  readonly count: { attributes: number };
}

/** Of a repeated key the first counts; of a value in parts, the parts are merged. */
function readAttribute(cursor: Cursor, end: number, { wanted, limits, kept, count }: Reading): void {
  count.attributes += 1;
  if (count.attributes > limits.attributesMax) {
    cursor.fail("too_many_attributes", `there are more than ${limits.attributesMax} attributes`);
    return;
  }
  const start = cursor.pos;
  let key: Buffer = Buffer.alloc(0);
  const values: [number, number][] = [];
  const pass = (stop: number): void => {
    cursor.pos = stop;
  };
  fields(cursor, end, {
    0x0a: (stop) => {
      key = cursor.bytes.subarray(cursor.pos, stop);
      pass(stop);
    },
    0x12: (stop) => {
      values.push([cursor.pos, stop]);
      pass(stop);
    },
  });
  const name = key.toString("utf8");
  if (cursor.hasFailed() || !Buffer.from(name).equals(key) || !wanted.has(name) || kept.has(name)) return;
  const [from, to] = values.length === 1 ? values[0]! : [start, values.length === 0 ? start : end];
  let value: AttributeValue = null;
  if (to - from > limits.valueBytesMax + 16)
    cursor.fail("value_too_long", `a value is longer than ${limits.valueBytesMax} bytes`);
  else
    for (const [at, stop] of values) {
      if (cursor.hasFailed()) break;
      cursor.pos = at;
      value = readAnyValue(cursor, stop, limits, 0, value);
    }
  if (cursor.trouble === undefined) {
    cursor.pos = end;
    kept.set(name, value);
  } else {
    const { reason, text } = cursor.trouble;
    cursor.trouble = { reason, text: `in the attribute "${name}", ${text}` };
  }
}
