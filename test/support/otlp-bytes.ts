/** Protobuf by hand, for messages that no encoder would write. */

/** A varint of any size; `pad` adds bytes that say nothing. */
export function varint(value: bigint | number, pad = 0): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (let more = 0; more < pad; more += 1) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

/** The varint that stands somewhere in good protobuf, exact up to 2^53, and where it ends. */
export function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at += 1, scale *= 128) {
    const byte = bytes[at]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

export const block = (field: number, ...parts: readonly (Uint8Array | string)[]): Buffer<ArrayBuffer> => {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};

export const number = (field: number, value: bigint | number): Buffer =>
  Buffer.concat([varint(field * 8), varint(value)]);

export function fixed64(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

const traceId = Buffer.alloc(16, 0x11);
const spanId = Buffer.alloc(8, 0x22);

/** The parts of a good span; a test replaces or adds what it is about. */
export interface SpanParts {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly name?: string | Uint8Array;
  readonly startNs?: bigint;
  readonly endNs?: bigint;
  readonly more?: readonly Uint8Array[];
}

/** The content of a `Span`. */
export function spanContent(parts: SpanParts = {}): Buffer {
  const { name = "work", startNs = 1_790_000_000_000_000_000n, endNs = startNs, more = [] } = parts;
  return Buffer.concat([
    block(1, parts.traceId ?? traceId),
    block(2, parts.spanId ?? spanId),
    block(5, name),
    fixed64(7, startNs),
    fixed64(8, endNs),
    ...more,
  ]);
}

/** An attribute of a span; `value` is the content of an `AnyValue`. */
export const attribute = (key: string | Uint8Array, value: Uint8Array): Buffer =>
  block(9, block(1, key), block(2, value));

/** A request of one resource and one scope around the contents of spans. */
export const requestOf = (...spans: readonly Uint8Array[]): Buffer<ArrayBuffer> =>
  block(1, block(2, ...spans.map((one) => block(2, one))));
