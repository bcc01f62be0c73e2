import type { Cursor } from "./cursor.ts";
import type { DecodeLimits } from "./limits.ts";
import type { AttributeValue } from "./span.ts";
import { readText } from "./text.ts";

/** Tags of `AnyValue`, `field << 3 | wire type`. */
const stringValue = 0x0a;
const boolValue = 0x10;
const intValue = 0x18;
const doubleValue = 0x21;
const arrayValue = 0x2a;
const kvlistValue = 0x32;
const bytesValue = 0x3a;
const knownFields = 0b1111_1110;

/** `ArrayValue.values`, `KeyValueList.values` and `KeyValue.key` are all field 1; `KeyValue.value` is field 2. */
const first = 0x0a;
const second = 0x12;
const firstKnown = 0b10;
const bothKnown = 0b110;

/**
 * Reads one `AnyValue` up to `end`
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto).
 * Of several members the last counts, and a list or map that comes in parts is put together, as protobuf has it.
 *
 * @param depth How many lists and maps this value is in; recursion ends at `limits.depthMax`.
 * @param before What an earlier part of the same value held.
 */
export function readAnyValue(
  cursor: Cursor,
  end: number,
  limits: DecodeLimits,
  depth = 0,
  before: AttributeValue = null,
): AttributeValue {
  let value = before;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === stringValue) value = readString(cursor, sized(cursor, end, limits));
    else if (tag === intValue) value = cursor.int64(end);
    else if (tag === boolValue) value = cursor.varint(end) !== 0;
    else if (tag === doubleValue) value = readDouble(cursor, end);
    else if (tag === bytesValue) value = readBytes(cursor, sized(cursor, end, limits));
    else if (tag === arrayValue || tag === kvlistValue) {
      const stop = sized(cursor, end, limits);
      if (depth >= limits.depthMax)
        cursor.fail("nested_too_deep", `lists and maps are nested deeper than ${limits.depthMax} levels`);
      else if (tag === arrayValue) value = readList(cursor, stop, limits, depth + 1, value);
      else value = readMap(cursor, stop, limits, depth + 1, value);
    } else cursor.skip(tag, end, knownFields);
  }
  return value;
}

/** The end of a member that is kept, which has a limit. */
function sized(cursor: Cursor, end: number, limits: DecodeLimits): number {
  const stop = cursor.block(end);
  if (stop - cursor.pos <= limits.valueBytesMax) return stop;
  cursor.fail("value_too_long", `a value is longer than ${limits.valueBytesMax} bytes`);
  return cursor.pos;
}

function readString(cursor: Cursor, stop: number): string {
  const text = readText(cursor, cursor.pos, stop);
  if (text === undefined) cursor.fail("invalid_utf8", "a text is not valid UTF-8");
  else cursor.pos = stop;
  return text ?? "";
}

function readDouble(cursor: Cursor, end: number): number {
  const start = cursor.fixed(8, end);
  return cursor.trouble === undefined ? cursor.view.getFloat64(start, true) : 0;
}

function readBytes(cursor: Cursor, stop: number): string {
  const hex = cursor.bytes.hexSlice(cursor.pos, stop);
  cursor.pos = stop;
  return hex;
}

function readList(
  cursor: Cursor,
  end: number,
  limits: DecodeLimits,
  depth: number,
  before: AttributeValue,
): AttributeValue {
  // Parts are added in place: copying what came before would make many small parts cost the square of their number.
  const list: AttributeValue[] = Array.isArray(before) ? before : [];
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === first) list.push(readAnyValue(cursor, cursor.block(end), limits, depth));
    else cursor.skip(tag, end, firstKnown);
  }
  return list;
}

function readMap(
  cursor: Cursor,
  end: number,
  limits: DecodeLimits,
  depth: number,
  before: AttributeValue,
): AttributeValue {
  // No prototype: a key such as "__proto__" is a key like any other.
  const map: Record<string, AttributeValue> = isMap(before) ? before : Object.create(null);
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === first) readEntry(cursor, cursor.block(end), limits, depth, map);
    else cursor.skip(tag, end, firstKnown);
  }
  return map;
}

function readEntry(
  cursor: Cursor,
  end: number,
  limits: DecodeLimits,
  depth: number,
  map: Record<string, AttributeValue>,
): void {
  let key = "";
  let value: AttributeValue = null;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === first) key = readString(cursor, cursor.block(end));
    else if (tag === second) value = readAnyValue(cursor, cursor.block(end), limits, depth, value);
    else cursor.skip(tag, end, bothKnown);
  }
  // Keys must be unique; the first wins, as among the attributes of a span.
  if (!(key in map)) map[key] = value;
}

const isMap = (value: AttributeValue): value is Record<string, AttributeValue> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
