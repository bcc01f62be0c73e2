/** What requests of one span are made of, and values of attributes, as OTLP JSON writes them, which languages write as text in ways of their own. */

export type Value = Readonly<Record<string, unknown>>;

export const text = (stringValue: string): Value => ({ stringValue });

export const values: readonly (readonly [string, Value])[] = [
  ["an int", { intValue: "42" }],
  ["zero", { intValue: "0" }],
  ["a negative int", { intValue: "-7" }],
  ["the largest small int", { intValue: "2147483646" }],
  ["the smallest large int", { intValue: "2147483647" }],
  ["2^53", { intValue: "9007199254740992" }],
  ["2^53+1", { intValue: "9007199254740993" }],
  ["the largest int", { intValue: "9223372036854775807" }],
  ["the smallest int", { intValue: "-9223372036854775808" }],
  ...[0.1, 1, -0, 100, 1e20, 1e21, 1.5e300, 1e-6, 1e-7, 5e-324, 123456789.125, -2.5].map(
    (doubleValue) =>
      [`the double ${Object.is(doubleValue, -0) ? "-0" : String(doubleValue)}`, { doubleValue }] as const,
  ),
  ["not a number", { doubleValue: "NaN" }],
  ["infinity", { doubleValue: "Infinity" }],
  ["minus infinity", { doubleValue: "-Infinity" }],
  ["true", { boolValue: true }],
  ["false", { boolValue: false }],
  ["a list", { arrayValue: { values: [text("a"), { intValue: "1" }, { boolValue: false }, {}] } }],
  [
    "a list of doubles",
    { arrayValue: { values: [{ doubleValue: 1e21 }, { doubleValue: -0 }, { doubleValue: "NaN" }] } },
  ],
  ["an empty list", { arrayValue: {} }],
  ["a list with what JSON escapes", { arrayValue: { values: [text('"\\/\b\n\u0001\u007f\u2028é😀<>&')] } }],
  [
    "a map",
    {
      kvlistValue: {
        values: [
          { key: "b", value: { intValue: "1" } },
          { key: "a", value: text("x") },
          { key: "b", value: text("y") },
        ],
      },
    },
  ],
  [
    "a map with keys that are numbers",
    {
      kvlistValue: {
        values: ["b", "10", "2", "-1", "01", "4294967295"].map((key) => ({ key, value: text(key) })),
      },
    },
  ],
  ["a map with the key __proto__", { kvlistValue: { values: [{ key: "__proto__", value: text("x") }] } }],
  [
    "nested",
    {
      arrayValue: {
        values: [{ kvlistValue: { values: [{ key: "k", value: { arrayValue: { values: [text("v")] } } }] } }],
      },
    },
  ],
  ["bytes", { bytesValue: "AP8Q" }],
  ["no bytes", { bytesValue: "" }],
  ["nothing", {}],
  ["the empty text", text("")],
  ["a space", text(" ")],
  ["a NUL", text("a\0b")],
  ["text that is not normalised", text("e\u0301")],
  ["an astral character", text("agent:😀")],
  ["512 characters", text("x".repeat(512))],
  ["513 characters", text("x".repeat(513))],
  ["512 UTF-16 units", text("😀".repeat(256))],
  ["514 UTF-16 units", text("😀".repeat(257))],
  ["512 characters of 1024 bytes", text("é".repeat(512))],
];

export type Pair = readonly [string, Value];

export interface VectorSpan {
  readonly name: string;
  /** OTLP JSON. */
  readonly request: unknown;
}

export interface Parts {
  readonly resource?: readonly Pair[];
  readonly spanName?: string;
  readonly kind?: number;
  readonly scope?: string;
}

/** The ordinal makes the ids. */
export function spanOf(name: string, attributes: readonly Pair[], parts: Parts, ordinal: number): VectorSpan {
  const keyValues = (pairs: readonly Pair[]): unknown => pairs.map(([key, value]) => ({ key, value }));
  const hex = ordinal.toString(16);
  const span = {
    traceId: hex.padStart(32, "a"),
    spanId: hex.padStart(16, "b"),
    name: parts.spanName ?? "work",
    kind: parts.kind ?? 3,
    startTimeUnixNano: "1767225600000000000",
    endTimeUnixNano: "1767225600000001000",
    attributes: keyValues(attributes),
  };
  const scopeSpans = [{ scope: { name: parts.scope ?? "" }, spans: [span] }];
  const resource = { attributes: keyValues(parts.resource ?? []) };
  return { name, request: { resourceSpans: [{ resource, scopeSpans }] } };
}
