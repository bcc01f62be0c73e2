import fc from "fast-check";
import { type MessageName, messages } from "../../detector/decode/otlp-messages.ts";
import type { AttributeValue } from "../../detector/decode/index.ts";
import { block, number, varint, varintAt } from "./otlp-bytes.ts";
import type { Span } from "./span.ts";

/** An `AnyValue` as protobufjs names its members; 64-bit integers are BigInt. */
export interface ModelValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: bigint;
  readonly doubleValue?: number;
  readonly bytesValue?: Uint8Array;
  readonly arrayValue?: { readonly values: readonly ModelValue[] };
  readonly kvlistValue?: { readonly values: readonly ModelAttribute[] };
}
export interface ModelAttribute {
  readonly key: string;
  readonly value: ModelValue;
}
interface ModelSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: readonly ModelAttribute[];
  readonly events: readonly { readonly timeUnixNano: bigint; readonly name: string }[];
  readonly links: readonly { readonly traceId: Uint8Array; readonly attributes: readonly ModelAttribute[] }[];
  readonly status?: { readonly code: number; readonly message: string };
  readonly flags: number;
}
export interface ModelRequest {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes: readonly ModelAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope?: { readonly name: string; readonly version: string };
      readonly spans: readonly ModelSpan[];
      readonly schemaUrl: string;
    }[];
    readonly schemaUrl: string;
  }[];
}

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const id = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).filter((bytes) => bytes.some((byte) => byte > 0));
const anyValue = fc.letrec<{ value: ModelValue; pair: ModelAttribute }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant<ModelValue>({}),
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ intValue: fc.maxSafeInteger().map(BigInt) }),
    fc.record({ doubleValue: fc.double() }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 9 }) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie("pair"), { maxLength: 3 }) }) }),
  ),
  pair: fc.record({ key: fc.oneof(text, fc.constant("__proto__")), value: tie("value") }),
})).value;
const attributes = fc.array(fc.record({ key: text, value: anyValue }), { maxLength: 4 });
const instant = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
const span: fc.Arbitrary<ModelSpan> = fc
  .record({
    traceId: id(16),
    spanId: id(8),
    parentSpanId: fc.oneof(fc.constant(new Uint8Array(0)), fc.constant(new Uint8Array(8)), id(8)),
    traceState: text,
    name: text,
    kind: fc.nat(6),
    instants: fc.tuple(instant, instant),
    attributes,
    events: fc.array(fc.record({ timeUnixNano: instant, name: text }), { maxLength: 1 }),
    links: fc.array(fc.record({ traceId: id(16), attributes }), { maxLength: 1 }),
    status: fc.record({ code: fc.nat(3), message: text }),
    flags: fc.nat(0xffff),
  })
  .map(({ instants: [one, other], ...rest }) => ({
    ...rest,
    startTimeUnixNano: one < other ? one : other,
    endTimeUnixNano: one < other ? other : one,
  }));

/** Any request whose spans are all good. */
export const anyRequest: fc.Arbitrary<ModelRequest> = fc.record({
  resourceSpans: fc.array(
    fc.record(
      {
        resource: fc.record({ attributes }),
        scopeSpans: fc.array(
          fc.record(
            {
              scope: fc.record({ name: text, version: text }),
              spans: fc.array(span, { maxLength: 3 }),
              schemaUrl: text,
            },
            { requiredKeys: ["spans", "schemaUrl"] },
          ),
          { maxLength: 2 },
        ),
        schemaUrl: text,
      },
      { requiredKeys: ["scopeSpans", "schemaUrl"] },
    ),
    { maxLength: 3 },
  ),
});

/** What decoding must make of a request: the plainest statement of it. */
export function spansOf(request: ModelRequest): Span[] {
  const flat = request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((one) => ({ one, resource, scope }))),
  );
  return flat.map(({ one, resource, scope }, index) => ({
    index,
    traceId: hex(one.traceId),
    spanId: hex(one.spanId),
    parentSpanId: one.parentSpanId.every((byte) => byte === 0) ? "" : hex(one.parentSpanId),
    name: one.name,
    kind:
      (["unspecified", "internal", "server", "client", "producer", "consumer"] as const)[one.kind] ??
      "unspecified",
    startedAtUs: Number(one.startTimeUnixNano / 1000n),
    endedAtUs: Number(one.endTimeUnixNano / 1000n),
    status: (["unset", "ok", "error"] as const)[one.status?.code ?? 0] ?? "unset",
    attributes: firstOf(one.attributes),
    resource: firstOf(resource?.attributes ?? []),
    scopeName: scope?.name ?? "",
  }));
}

/** All attributes that its spans and resources have, and one that none has. */
export function keysOf(request: ModelRequest): readonly string[] {
  const keys = spansOf(request).flatMap((one) => [...one.attributes.keys(), ...one.resource.keys()]);
  return [...new Set([...keys, "nobody has this"])];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function firstOf(pairs: readonly ModelAttribute[]): Map<string, AttributeValue> {
  const all = pairs.map((pair) => [pair.key, plain(pair.value)] as const);
  return new Map(all.filter(([key], at) => all.findIndex(([other]) => other === key) === at));
}

function plain(one: ModelValue): AttributeValue {
  if (one.intValue !== undefined) {
    const near = Number(one.intValue);
    return Number.isSafeInteger(near) ? near : String(one.intValue);
  }
  if (one.bytesValue !== undefined) return hex(one.bytesValue);
  if (one.arrayValue !== undefined) return one.arrayValue.values.map(plain);
  if (one.kvlistValue !== undefined) {
    const map: Record<string, AttributeValue> = Object.create(null);
    for (const [key, inner] of firstOf(one.kvlistValue.values)) map[key] = inner;
    return map;
  }
  return one.stringValue ?? one.boolValue ?? one.doubleValue ?? null;
}

/** The request with what protobufjs needs for 64-bit integers. */
export const forProtobufjs = (request: ModelRequest): object =>
  mapped(
    request,
    (one) => one,
    (whole) => ({
      low: Number(BigInt.asIntN(32, whole)),
      high: Number(BigInt.asIntN(32, whole >> 32n)),
      unsigned: whole >= 0n,
    }),
  );

/** The request as OTLP/JSON. */
export function forJson(request: ModelRequest): string {
  const made = mapped(
    request,
    (bytes, name) => Buffer.from(bytes).toString(name === "bytesValue" ? "base64" : "hex"),
    String,
  );
  return JSON.stringify(made, (_, one: unknown) =>
    typeof one === "number" && (!Number.isFinite(one) || Object.is(one, -0))
      ? Object.is(one, -0)
        ? "-0"
        : String(one)
      : one,
  );
}

function mapped(
  one: object,
  ofBytes: (bytes: Uint8Array, name: string) => unknown,
  ofWhole: (whole: bigint) => unknown,
): object {
  const change = (value: unknown, name: string): unknown => {
    if (typeof value === "bigint") return ofWhole(value);
    if (value instanceof Uint8Array) return ofBytes(value, name);
    if (Array.isArray(value)) return value.map((inner: unknown) => change(inner, name));
    return typeof value === "object" && value !== null ? mapped(value, ofBytes, ofWhole) : value;
  };
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, change(value, name)]));
}

/**
 * Rewrites good protobuf as another sender might: fields in another order (those of one number keep theirs), unknown
 * fields among them, lengths written longer than needed.
 */
export function scrambled(bytes: Uint8Array, random: () => number, name: MessageName = "request"): Buffer {
  const groups = new Map<number, Buffer[]>();
  let at = 0;
  const next = (): number => {
    const { value, end } = varintAt(bytes, at);
    at = end;
    return value;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = next();
    const type = messages[name].find((one) => one.number === tag >> 3)?.type;
    let field: Buffer;
    if (tag % 8 === 2) {
      const length = next();
      const content = bytes.subarray(at, at + length);
      at += length;
      const inner = typeof type === "object" ? scrambled(content, random, type.message) : content;
      field = Buffer.concat([
        varint(tag, random() < 0.2 ? 1 : 0),
        varint(inner.length, random() < 0.2 ? 2 : 0),
        inner,
      ]);
    } else {
      if (tag % 8 === 0) next();
      else at += tag % 8 === 1 ? 8 : 4;
      field = Buffer.from(bytes.subarray(start, at));
    }
    groups.set(tag >> 3, [...(groups.get(tag >> 3) ?? []), field]);
  }
  if (random() < 0.3) groups.set(900, [block(900, "unknown"), number(900, 7)]);
  const queues = [...groups.values()];
  const out: Buffer[] = [];
  while (queues.length > 0) {
    const pick = Math.floor(random() * queues.length);
    const queue = queues[pick]!;
    out.push(queue.shift()!);
    if (queue.length === 0) queues.splice(pick, 1);
  }
  return Buffer.concat(out);
}

/** Numbers in [0, 1) from a seed (mulberry32), so that a failure can be had again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
