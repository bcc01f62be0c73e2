import { type AttributeContext, type AttributeSink, readAttribute } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import { isUsable, isBefore, microsecondsAt } from "./instant.ts";
import type { Attributes, RejectReason, Span, SpanKind } from "./span.ts";
import { isSame, readText } from "./text.ts";

/** Tags of `Span`; what is not listed (trace state, events, links, flags, dropped counts) is passed over. */
const traceIdField = 0x0a;
const spanIdField = 0x12;
const parentSpanIdField = 0x22;
const nameField = 0x2a;
const kindField = 0x30;
const startTimeField = 0x39;
const endTimeField = 0x41;
const attributesField = 0x4a;
const statusField = 0x7a;
const knownFields = (1 << 1) | (1 << 2) | (1 << 4) | (0b11111 << 5) | (1 << 15);
/** `Status.code`. */
const statusCodeField = 0x18;
const statusKnownFields = 1 << 3;

const kinds: readonly SpanKind[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statuses: readonly Span["status"][] = ["unset", "ok", "error"];

/** What the spans under one scope share. */
export interface Surroundings {
  readonly resource: Attributes;
  readonly scopeName: string;
  /** Where the last trace id stood and what it was: spans of one trace mostly come together. */
  traceIdAt: number;
  traceId: string;
}

/** What is wrong with one span. */
export interface SpanTrouble {
  readonly reason: RejectReason;
  readonly text: string;
}

/**
 * Reads the `Span` that lies between the place of `cursor` and `end` and checks it. With trouble in its bytes it
 * returns undefined and leaves the trouble in `cursor`; with an unusable id or instant it returns what is wrong.
 */
export function readSpan(
  cursor: Cursor,
  end: number,
  index: number,
  context: AttributeContext,
  around: Surroundings,
): Span | SpanTrouble | undefined {
  const sink: AttributeSink = { kept: new Map(), count: 0 };
  let traceId: string | undefined;
  let spanId: string | undefined;
  let parentSpanId: string | undefined = "";
  let name = "";
  let kind = 0;
  let status: Span["status"] = "unset";
  let startedAt = -1;
  let endedAt = -1;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === attributesField) readAttribute(cursor, cursor.block(end), context, sink);
    else if (tag === traceIdField) traceId = readTraceId(cursor, cursor.block(end), around);
    else if (tag === spanIdField) spanId = readId(cursor, cursor.block(end), 8);
    else if (tag === parentSpanIdField) parentSpanId = readParentId(cursor, cursor.block(end));
    else if (tag === nameField) name = readName(cursor, cursor.block(end), context.limits.valueBytesMax);
    else if (tag === kindField) kind = cursor.varint(end);
    else if (tag === startTimeField) startedAt = cursor.fixed(8, end);
    else if (tag === endTimeField) endedAt = cursor.fixed(8, end);
    else if (tag === statusField) status = readStatus(cursor, cursor.block(end), status);
    else cursor.skip(tag, end, knownFields);
  }
  if (cursor.trouble !== undefined) return undefined;
  if (traceId === undefined) return invalidId("its trace id is not 16 bytes, or all of them are zero");
  if (spanId === undefined) return invalidId("its span id is not 8 bytes, or all of them are zero");
  if (parentSpanId === undefined) return invalidId("its parent span id is neither empty nor 8 bytes");
  const { view } = cursor;
  if (!isUsable(view, startedAt)) return invalidTime("its start time is not from 1 to 2^63-1 nanoseconds");
  if (!isUsable(view, endedAt)) return invalidTime("its end time is not from 1 to 2^63-1 nanoseconds");
  if (isBefore(view, endedAt, startedAt)) return invalidTime("it ends before it starts");
  return {
    index,
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: kinds[kind] ?? "unspecified",
    startedAtUs: microsecondsAt(view, startedAt),
    endedAtUs: microsecondsAt(view, endedAt),
    status,
    attributes: sink.kept,
    resource: around.resource,
    scopeName: around.scopeName,
  };
}

const invalidId = (text: string): SpanTrouble => ({ reason: "invalid_id", text });
const invalidTime = (text: string): SpanTrouble => ({ reason: "invalid_time", text });

/** The id as hex; undefined when it has another length or is all zero, which is how OpenTelemetry says "none". */
function readId(cursor: Cursor, stop: number, length: 8 | 16): string | undefined {
  const start = cursor.pos;
  cursor.pos = stop;
  if (stop - start !== length || isZero(cursor.bytes, start, stop)) return undefined;
  return cursor.bytes.hexSlice(start, stop);
}

function readTraceId(cursor: Cursor, stop: number, around: Surroundings): string | undefined {
  const { pos, view } = cursor;
  const before = around.traceIdAt;
  if (stop - pos === 16 && before >= 0 && isSame(view, before, view, pos, 16)) {
    cursor.pos = stop;
    return around.traceId;
  }
  const id = readId(cursor, stop, 16);
  if (id === undefined) return undefined;
  around.traceIdAt = pos;
  around.traceId = id;
  return id;
}

function readParentId(cursor: Cursor, stop: number): string | undefined {
  const start = cursor.pos;
  cursor.pos = stop;
  if (stop === start) return "";
  if (stop - start !== 8) return undefined;
  return isZero(cursor.bytes, start, stop) ? "" : cursor.bytes.hexSlice(start, stop);
}

function isZero(bytes: Buffer, start: number, stop: number): boolean {
  for (let at = start; at < stop; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** A name has the limits of a value; used for the name of a scope, too. */
export function readName(cursor: Cursor, stop: number, bytesMax: number): string {
  if (stop - cursor.pos > bytesMax) {
    cursor.fail("value_too_long", `the name is longer than ${bytesMax} bytes`);
    return "";
  }
  const name = readText(cursor, cursor.pos, stop);
  if (name === undefined) cursor.fail("invalid_utf8", "the name is not valid UTF-8");
  else cursor.pos = stop;
  return name ?? "";
}

function readStatus(cursor: Cursor, end: number, before: Span["status"]): Span["status"] {
  let status = before;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === statusCodeField) status = statuses[cursor.varint(end)] ?? "unset";
    else cursor.skip(tag, end, statusKnownFields);
  }
  return status;
}
