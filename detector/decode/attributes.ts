import { readAnyValue } from "./any-value.ts";
import type { Cursor } from "./cursor.ts";
import type { DecodeLimits } from "./limits.ts";
import type { AttributeValue } from "./span.ts";
import { type NameTable, readText } from "./text.ts";

/** Tags and fields of `KeyValue`. */
const keyField = 0x0a;
const valueField = 0x12;
const knownFields = 0b110;

/** Characters of an attribute's key that a message shows. */
const shownCharactersMax = 64;
/** Tag and length of the one member of an `AnyValue`. */
const memberHeadBytes = 16;

/** Collects the attributes of one span or resource and counts those that are not kept, too. */
export interface AttributeSink {
  readonly kept: Map<string, AttributeValue>;
  count: number;
}

/** What reading attributes depends on. */
export interface AttributeContext {
  readonly limits: DecodeLimits;
  /** The names to keep; undefined keeps all. */
  readonly wanted: NameTable | undefined;
}

/**
 * Reads one `KeyValue` up to `end` into `sink`. The value of an attribute that is not wanted is passed over, so nothing
 * in it can be wrong. Keys must be unique; where a sender repeats one, the first value stays, so that nobody can
 * override an attribute by appending to a span.
 */
export function readAttribute(
  cursor: Cursor,
  end: number,
  context: AttributeContext,
  sink: AttributeSink,
): void {
  const { limits, wanted } = context;
  sink.count += 1;
  if (sink.count > limits.attributesMax) {
    cursor.fail("too_many_attributes", `there are more than ${limits.attributesMax} attributes`);
    return;
  }
  const start = cursor.pos;
  let keyStart = 0;
  let keyEnd = 0;
  let valueStart = 0;
  let valueEnd = 0;
  let values = 0;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === keyField) {
      keyEnd = cursor.block(end);
      keyStart = cursor.pos;
      cursor.pos = keyEnd;
    } else if (tag === valueField) {
      valueEnd = cursor.block(end);
      valueStart = cursor.pos;
      cursor.pos = valueEnd;
      values += 1;
    } else cursor.skip(tag, end, knownFields);
  }
  if (cursor.hasFailed()) return;
  const key =
    wanted === undefined ? readText(cursor, keyStart, keyEnd) : wanted.find(cursor, keyStart, keyEnd);
  if (key === undefined) {
    if (wanted === undefined)
      cursor.fail("invalid_utf8", `the key of attribute ${sink.count} is not valid UTF-8`);
    return;
  }
  if (sink.kept.has(key)) return;
  const value =
    values > 1 ? mergedValue(cursor, start, end, limits) : onlyValue(cursor, valueStart, valueEnd, limits);
  if (cursor.trouble !== undefined) {
    const { reason, text } = cursor.trouble;
    cursor.trouble = {
      reason,
      text: `in the attribute ${JSON.stringify(key.slice(0, shownCharactersMax))}, ${text}`,
    };
    return;
  }
  cursor.pos = end;
  sink.kept.set(key, value);
}

function onlyValue(cursor: Cursor, start: number, end: number, limits: DecodeLimits): AttributeValue {
  if (end - start > limits.valueBytesMax + memberHeadBytes) {
    cursor.fail("value_too_long", `a value is longer than ${limits.valueBytesMax} bytes`);
    return null;
  }
  cursor.pos = start;
  return readAnyValue(cursor, end, limits);
}

/** A value that comes in parts, which protobuf allows any sender: the parts are merged in their order. */
function mergedValue(cursor: Cursor, start: number, end: number, limits: DecodeLimits): AttributeValue {
  if (end - start > limits.valueBytesMax + memberHeadBytes) return onlyValue(cursor, start, end, limits);
  let value: AttributeValue = null;
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === valueField) value = readAnyValue(cursor, cursor.block(end), limits, 0, value);
    else cursor.skip(tag, end);
  }
  return value;
}
