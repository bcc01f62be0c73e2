import { readAnyValue } from "./any-value.ts";
import type { Cursor } from "./cursor.ts";
import { absent, type Dictionary } from "./dictionary.ts";
import type { DecodeLimits } from "./limits.ts";
import type { SpanRow } from "./span-row.ts";
import type { AttributeValue } from "./span.ts";

/** Tags and fields of `KeyValue`. */
const keyField = 0x0a;
const valueField = 0x12;
const knownFields = 0b110;
/** Tags of the members of an `AnyValue` that nearly every attribute has. */
const stringValue = 0x0a;
const intValue = 0x18;

/** Up to so many bytes all lengths within an attribute are one byte. */
const shortMax = 0x7f;
/** Tag and length of the one member of an `AnyValue`. */
const memberHeadBytes = 16;

/**
 * Reads one `KeyValue` up to `end` into the row. The value of an attribute that is not read is passed over, so nothing
 * in it can be wrong. Keys must be unique; where a sender repeats one, the first value stays, so that nobody can
 * override an attribute by appending to a span.
 */
export function readAttribute(cursor: Cursor, end: number, row: SpanRow, limits: DecodeLimits): void {
  row.attributes += 1;
  if (row.attributes > limits.attributesMax) {
    cursor.fail("too_many_attributes", `there are more than ${limits.attributesMax} attributes`);
    return;
  }
  if (readPlain(cursor, end, row, limits)) return;
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
  const place = row.find(cursor, keyStart, keyEnd);
  if (place === -1 || !row.isNew(place)) return;
  const code =
    values === 1
      ? onlyValue(cursor, valueStart, valueEnd, row.dictionary, limits)
      : codeOf(row.dictionary, mergedValue(cursor, start, end, limits));
  if (cursor.trouble === undefined) {
    cursor.pos = end;
    row.say(place, code);
    return;
  }
  const { reason, text } = cursor.trouble;
  cursor.trouble = { reason, text: `in the attribute "${row.names.all[place]!}", ${text}` };
}

/**
 * Reads an attribute as nearly all encoders write nearly all of them: the key, then a short text or a number, nothing
 * else. Says whether it is one; of any other nothing is read yet. It buys a tenth of the time of decoding.
 */
function readPlain(cursor: Cursor, end: number, row: SpanRow, limits: DecodeLimits): boolean {
  const { bytes, pos } = cursor;
  const keyStart = pos + 2;
  const keyEnd = keyStart + bytes[pos + 1]!;
  const valueStart = keyEnd + 2;
  if (bytes[pos] !== keyField || valueStart + 2 > end || end - pos > shortMax) return false;
  if (bytes[keyEnd] !== valueField || valueStart + bytes[keyEnd + 1]! !== end) return false;
  const textStart = valueStart + 2;
  const first = bytes[valueStart + 1]!;
  const isText = bytes[valueStart] === stringValue && textStart + first === end;
  const isSmall = bytes[valueStart] === intValue && textStart === end && first < 0x80;
  if (!isText && !isSmall) return false;
  if (isText && end - textStart > limits.valueBytesMax) return false;
  const place = row.find(cursor, keyStart, keyEnd);
  if (place !== -1 && row.isNew(place)) {
    const { dictionary } = row;
    const code = isText ? dictionary.codeAt(textStart, end, row.textsBefore[place]) : -1 - first;
    if (!dictionary.isText(code)) return false;
    if (isText) row.textsBefore[place] = code;
    row.say(place, code);
  }
  cursor.pos = end;
  return true;
}

/** A value in one piece. Texts become codes without ever being a string; all other values are read as what they are. */
function onlyValue(
  cursor: Cursor,
  start: number,
  end: number,
  dictionary: Dictionary,
  limits: DecodeLimits,
): number {
  if (end - start > limits.valueBytesMax + memberHeadBytes) {
    cursor.fail("value_too_long", `a value is longer than ${limits.valueBytesMax} bytes`);
    return absent;
  }
  cursor.pos = start;
  // Of a value without members the next byte is somebody else's.
  const tag = start < end ? cursor.bytes[start] : undefined;
  if (tag === stringValue) {
    cursor.pos = start + 1;
    const stop = cursor.block(end);
    if (stop === end && stop - cursor.pos <= limits.valueBytesMax && !cursor.hasFailed())
      return textCode(cursor, stop, dictionary);
  } else if (tag === intValue) {
    cursor.pos = start + 1;
    const value = cursor.int64(end);
    if (cursor.pos === end && typeof value === "number") return dictionary.addNumber(value);
  }
  if (cursor.hasFailed()) return absent;
  cursor.pos = start;
  return codeOf(dictionary, readAnyValue(cursor, end, limits));
}

/** The code of the text from the place of the cursor to `stop`. */
export function textCode(cursor: Cursor, stop: number, dictionary: Dictionary): number {
  const code = dictionary.codeAt(cursor.pos, stop);
  if (dictionary.isText(code)) cursor.pos = stop;
  else cursor.fail("invalid_utf8", "a text is not valid UTF-8");
  return code;
}

/** A value that comes in parts, which protobuf allows any sender: the parts are merged in their order. */
function mergedValue(cursor: Cursor, start: number, end: number, limits: DecodeLimits): AttributeValue {
  if (end - start > limits.valueBytesMax + memberHeadBytes) {
    cursor.fail("value_too_long", `a value is longer than ${limits.valueBytesMax} bytes`);
    return null;
  }
  let value: AttributeValue = null;
  cursor.pos = start;
  while (cursor.pos < end) {
    const tag = cursor.varint(end);
    if (tag === valueField) value = readAnyValue(cursor, cursor.block(end), limits, 0, value);
    else cursor.skip(tag, end);
  }
  return value;
}

/** A value as text; a list is known as one. */
function codeOf(dictionary: Dictionary, value: AttributeValue): number {
  if (value === null) return absent;
  if (typeof value === "number") return dictionary.addNumber(value);
  if (Array.isArray(value))
    return dictionary.addList(
      JSON.stringify(value),
      value.filter((one): one is string => typeof one === "string"),
    );
  return dictionary.add(typeof value === "object" ? JSON.stringify(value) : String(value));
}
