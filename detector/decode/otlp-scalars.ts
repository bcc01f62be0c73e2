import type { FieldType } from "./otlp-messages.ts";
import type { ReverseWriter } from "./writer.ts";

export type ScalarType = Extract<FieldType, string>;

/** Wire types of protobuf by ours. */
const wireTypes: Readonly<Record<ScalarType, number>> = {
  id: 2,
  bytes: 2,
  string: 2,
  bool: 0,
  double: 1,
  int64: 0,
  uint32: 0,
  fixed32: 5,
  fixed64: 1,
  enum: 0,
};

/** Writes one scalar field. Returns what it would have to be when it is of another type, else undefined. */
export function writeScalar(
  writer: ReverseWriter,
  number: number,
  type: ScalarType,
  value: unknown,
): string | undefined {
  const before = writer.length;
  const needed = writeValue(writer, type, value);
  if (needed !== undefined) return needed;
  if (wireTypes[type] === 2) writer.varint(BigInt(writer.length - before));
  writer.varint(BigInt(number * 8 + wireTypes[type]));
  return undefined;
}

function writeValue(writer: ReverseWriter, type: ScalarType, value: unknown): string | undefined {
  switch (type) {
    case "string":
      if (typeof value !== "string") return "a string";
      writer.text(value);
      return undefined;
    case "id":
      if (typeof value !== "string") return "a string of hex digits";
      writer.raw(idBytes(value));
      return undefined;
    case "bytes":
      if (typeof value !== "string" || !/^[\w+/-]*={0,2}$/u.test(value)) return "base64";
      writer.raw(Buffer.from(value, "base64"));
      return undefined;
    case "bool":
      if (typeof value !== "boolean") return "true or false";
      writer.varint(value ? 1n : 0n);
      return undefined;
    case "double":
      return writeDouble(writer, value);
    case "int64":
      return writeInteger(value, -(2n ** 63n), 2n ** 63n - 1n, (whole) => writer.varint(whole));
    case "enum":
      if (typeof value !== "number") return "an integer (names of enum values are not OTLP/JSON)";
      return writeInteger(value, -(2n ** 31n), 2n ** 31n - 1n, (whole) => writer.varint(whole));
    case "uint32":
      return writeInteger(value, 0n, 2n ** 32n - 1n, (whole) => writer.varint(whole));
    case "fixed32":
      return writeInteger(value, 0n, 2n ** 32n - 1n, (whole) => writer.fixed32(Number(whole)));
    case "fixed64":
      return writeInteger(value, 0n, 2n ** 64n - 1n, (whole) => writer.fixed64(whole));
  }
}

/** One zero byte is no id of any length, so what is not hex is refused where ids are checked. */
function idBytes(hex: string): Uint8Array {
  return hex.length % 2 === 0 && /^[\da-f]*$/iu.test(hex) ? Buffer.from(hex, "hex") : new Uint8Array(1);
}

function writeDouble(writer: ReverseWriter, value: unknown): string | undefined {
  const isSpelled =
    typeof value === "string" && /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/u.test(value);
  if (typeof value !== "number" && !isSpelled) return "a number";
  writer.double(Number(value));
  return undefined;
}

function writeInteger(
  value: unknown,
  min: bigint,
  max: bigint,
  write: (whole: bigint) => void,
): string | undefined {
  const needed = `an integer from ${min} to ${max}`;
  const whole = wholeOf(value);
  if (whole === undefined || whole < min || whole > max) return needed;
  write(whole);
  return undefined;
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  // 20 characters hold every 64-bit integer; parsing longer ones would cost their square.
  return typeof value === "string" && /^-?\d{1,19}$|^\d{20}$/u.test(value) ? BigInt(value) : undefined;
}
