import { readAttribute, textCode } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import { empty } from "./dictionary.ts";
import { isBefore, isUsable, microsecondsAt } from "./instant.ts";
import type { DecodeLimits } from "./limits.ts";
import type { SpanRow } from "./span-row.ts";
import type { RejectReason } from "./span.ts";

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
const statusMax = 2;

/** What is wrong with one span. */
export interface SpanTrouble {
  readonly reason: RejectReason;
  readonly text: string;
}

const none = -1;
const unusable = -2;

/**
 * Reads the `Span` that lies between the place of `cursor` and `end` into the row and checks it. Returns what is wrong
 * with its ids or instants; trouble in its bytes is left in `cursor`.
 */
export function readSpan(
  cursor: Cursor,
  end: number,
  row: SpanRow,
  limits: DecodeLimits,
): SpanTrouble | undefined {
  let traceIdAt = unusable;
  let spanIdAt = unusable;
  let parentIdAt = none;
  let name = empty;
  let kind = 0;
  let startedAt = none;
  let endedAt = none;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === attributesField) readAttribute(cursor, cursor.block(end), row, limits);
    else if (tag === traceIdField) traceIdAt = readId(cursor, cursor.block(end), 16);
    else if (tag === spanIdField) spanIdAt = readId(cursor, cursor.block(end), 8);
    else if (tag === parentSpanIdField) parentIdAt = readParentId(cursor, cursor.block(end));
    else if (tag === nameField) name = readName(cursor, cursor.block(end), row, limits);
    else if (tag === kindField) kind = cursor.varint(end);
    else if (tag === startTimeField) startedAt = cursor.fixed(8, end);
    else if (tag === endTimeField) endedAt = cursor.fixed(8, end);
    else if (tag === statusField) readStatus(cursor, cursor.block(end), row);
    else cursor.skip(tag, end, knownFields);
  }
  if (cursor.trouble !== undefined) return undefined;
  if (traceIdAt < 0) return invalidId("its trace id is not 16 bytes, or all of them are zero");
  if (spanIdAt < 0) return invalidId("its span id is not 8 bytes, or all of them are zero");
  if (parentIdAt === unusable) return invalidId("its parent span id is neither empty nor 8 bytes");
  const { view } = cursor;
  if (!isUsable(view, startedAt)) return invalidTime("its start time is not from 1 to 2^63-1 nanoseconds");
  if (!isUsable(view, endedAt)) return invalidTime("its end time is not from 1 to 2^63-1 nanoseconds");
  if (isBefore(view, endedAt, startedAt)) return invalidTime("it ends before it starts");
  row.traceIdAt = traceIdAt;
  row.spanIdAt = spanIdAt;
  row.parentIdAt = parentIdAt;
  row.startedAtUs = microsecondsAt(view, startedAt);
  row.endedAtUs = microsecondsAt(view, endedAt);
  row.endSpan(name, kind);
  return undefined;
}

const invalidId = (text: string): SpanTrouble => ({ reason: "invalid_id", text });
const invalidTime = (text: string): SpanTrouble => ({ reason: "invalid_time", text });

/** Where the id lies, unless it has another length or is all zero, which is how OpenTelemetry says "none". */
function readId(cursor: Cursor, stop: number, length: 8 | 16): number {
  const start = cursor.pos;
  cursor.pos = stop;
  return stop - start !== length || isZero(cursor, start, stop) ? unusable : start;
}

function readParentId(cursor: Cursor, stop: number): number {
  const start = cursor.pos;
  cursor.pos = stop;
  if (stop === start) return none;
  if (stop - start !== 8) return unusable;
  return isZero(cursor, start, stop) ? none : start;
}

/** Of a multiple of four bytes. */
function isZero({ view }: Cursor, start: number, stop: number): boolean {
  for (let at = start; at < stop; at += 4) if (view.getInt32(at) !== 0) return false;
  return true;
}

/** A name has the limits of a value; used for the name of a scope, too. */
export function readName(
  cursor: Cursor,
  stop: number,
  row: SpanRow,
  { valueBytesMax }: DecodeLimits,
): number {
  if (stop - cursor.pos > valueBytesMax) {
    cursor.fail("value_too_long", `the name is longer than ${valueBytesMax} bytes`);
    return empty;
  }
  if (cursor.hasFailed()) return empty;
  const code = textCode(cursor, stop, row.dictionary);
  if (cursor.trouble?.reason === "invalid_utf8")
    cursor.trouble = { reason: "invalid_utf8", text: "the name is not valid UTF-8" };
  return code;
}

function readStatus(cursor: Cursor, end: number, row: SpanRow): void {
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === statusCodeField) {
      const code = cursor.varint(end);
      row.status = code <= statusMax ? code : 0;
    } else cursor.skip(tag, end, statusKnownFields);
  }
}
