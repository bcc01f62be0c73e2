/** Requests of one span for the corners that every language that attributes must turn alike. */

type Value = Readonly<Record<string, unknown>>;
type Pair = readonly [string, Value];

export interface VectorSpan {
  readonly name: string;
  /** OTLP JSON. */
  readonly request: unknown;
}

const text = (stringValue: string): Value => ({ stringValue });

interface Parts {
  readonly resource?: readonly Pair[];
  readonly spanName?: string;
  readonly kind?: number;
  readonly scope?: string;
}

/** The ordinal makes the ids. */
function spanOf(name: string, attributes: readonly Pair[], parts: Parts, ordinal: number): VectorSpan {
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

const values: readonly (readonly [string, Value])[] = [
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

const id = "nhi.identity.id";
const service: Pair = ["service.name", text("svc")];
const http: Pair = ["http.request.method", text("GET")];

const corners: readonly (readonly [string, readonly Pair[], Parts])[] = [
  [
    "of a repeated attribute the first counts",
    [
      [id, text("one")],
      [id, text("two")],
    ],
    {},
  ],
  [
    "of a repeated attribute the first counts, though it is empty",
    [
      [id, text("")],
      [id, text("two")],
    ],
    { resource: [service] },
  ],
  [
    "of a repeated attribute the first counts, though it is nothing",
    [
      [id, {}],
      [id, text("two")],
    ],
    { resource: [service] },
  ],
  [
    "the span's word counts over its resource's",
    [[id, text("span")]],
    { resource: [[id, text("resource")]] },
  ],
  [
    "an empty word of the span hides its resource's",
    [[id, text("")]],
    { resource: [[id, text("resource")], service] },
  ],
  ["nothing on the span leaves its resource's", [[id, {}]], { resource: [[id, text("resource")]] }],
  [
    "of the resource, too, the first counts",
    [],
    {
      resource: [
        [id, text("one")],
        [id, text("two")],
      ],
    },
  ],
  [
    "an unknown kind",
    [
      [id, text("x")],
      ["nhi.identity.kind", text("Wizard")],
    ],
    {},
  ],
  [
    "a kind in capitals",
    [
      [id, text("x")],
      ["nhi.identity.kind", text("AI_AGENT")],
    ],
    {},
  ],
  [
    "a kind that is a list",
    [
      [id, text("x")],
      ["nhi.identity.kind", { arrayValue: { values: [text("ai_agent")] } }],
    ],
    {},
  ],
  [
    "a known kind",
    [
      [id, text("x")],
      ["nhi.identity.kind", text("oauth_client")],
    ],
    {},
  ],
  ["nobody", [], {}],
  [
    "an attribute named like a property of the span",
    [
      ["span.name", text("ai.toolCall")],
      ["ai.toolCall.name", text("x")],
    ],
    {},
  ],
  [
    "an action of an unknown kind",
    [["nhi.action.kind", text("magic")], http, ["server.address", text("h")]],
    {},
  ],
  ["an action without a name", [["nhi.action.kind", text("exec")]], { spanName: "run it" }],
  ["an action without any name", [["nhi.action.kind", text("exec")]], { spanName: "" }],
  [
    "mutating as a boolean",
    [
      ["nhi.action.kind", text("exec")],
      ["nhi.action.mutating", { boolValue: true }],
    ],
    {},
  ],
  [
    "mutating as a text",
    [
      ["nhi.action.kind", text("exec")],
      ["nhi.action.mutating", text("true")],
    ],
    {},
  ],
  [
    "mutating as TRUE",
    [
      ["nhi.action.kind", text("exec")],
      ["nhi.action.mutating", text("TRUE")],
    ],
    {},
  ],
  [
    "the phase start",
    [
      ["nhi.action.kind", text("exec")],
      ["nhi.phase", text("start")],
    ],
    {},
  ],
  [
    "another phase",
    [
      ["nhi.action.kind", text("exec")],
      ["nhi.phase", text("Start")],
    ],
    {},
  ],
  [
    "the second alternative where the first is empty",
    [
      ["db.system.name", text("")],
      ["db.system", text("mysql")],
    ],
    {},
  ],
  [
    "an operation lowered",
    [
      ["db.system", text("mysql")],
      ["db.operation", text("İSELECTΣ ΑΣ ſK ẞ Ǆ")],
    ],
    {},
  ],
  [
    "an operation that is a number",
    [
      ["db.system", text("mysql")],
      ["db.operation", { intValue: "7" }],
    ],
    {},
  ],
  [
    "a condition that ignores case folds the long s",
    [
      ["db.system", text("mysql")],
      ["db.operation", text("inſert")],
    ],
    {},
  ],
  [
    "a condition that ignores case and the Kelvin sign",
    [
      ["db.system", text("mysql")],
      ["db.operation", text("REVO\u212aE")],
    ],
    {},
  ],
  [
    "a line break before an operation",
    [
      ["db.system", text("mysql")],
      ["db.operation", text("x\nINSERT")],
    ],
    {},
  ],
  ["a filter that leaves nothing", [["db.system", text("mysql")]], { spanName: "fetch-one" }],
  ["a name with a dot and a colon", [["db.system", text("mysql")]], { spanName: "a:b.Insert into" }],
  [
    "a URL on the list's second name",
    [
      ["http.method", text("put")],
      ["http.url", text("https://u:p@h/1?x")],
    ],
    {},
  ],
  [
    "a method in small letters",
    [
      ["http.request.method", text("delete")],
      ["server.address", text("h")],
    ],
    {},
  ],
  ["a URL that is nothing but a query", [http, ["url.full", text("?x")], ["server.address", text("h")]], {}],
  ["a kind of span that is unknown", [http, ["url.full", text("http://h/")]], { kind: 9 }],
  ["a server's span", [http, ["url.full", text("http://h/")]], { kind: 2 }],
  [
    "AWS in the new names",
    [
      ["rpc.system.name", text("aws-api")],
      ["rpc.method", text("S3/PutObject")],
    ],
    {},
  ],
  [
    "AWS Secrets Manager in the new names",
    [
      ["rpc.system.name", text("aws-api")],
      ["rpc.method", text("Secrets Manager/GetSecretValue")],
    ],
    {},
  ],
  [
    "a method with many slashes",
    [
      ["rpc.system", text("grpc")],
      ["rpc.method", text("a.b/C/d")],
      ["server.address", text("h")],
    ],
    {},
  ],
  [
    "a method that begins with a slash",
    [
      ["rpc.system", text("grpc")],
      ["rpc.method", text("/d")],
      ["server.address", text("h")],
    ],
    {},
  ],
  [
    "a tool named after a space",
    [["gen_ai.operation.name", text("execute_tool")]],
    { spanName: "execute_tool  two words" },
  ],
  [
    "a tool's span without a space",
    [["gen_ai.operation.name", text("execute_tool")]],
    { spanName: "execute_tool" },
  ],
  ["a tool's span that begins with a space", [["traceloop.span.kind", text("tool")]], { spanName: " x" }],
  ["a pod without an owner", [["k8s.namespace.name", text("n")]], { resource: [service] }],
  [
    "a pod of two owners",
    [
      ["k8s.namespace.name", text("n")],
      ["k8s.job.name", text("j")],
      ["k8s.statefulset.name", text("s")],
    ],
    {},
  ],
  [
    "a certificate that is not SPIFFE's",
    [["tls.client.subject", text("CN=spiffe://x")]],
    { resource: [service] },
  ],
  ["a certificate in capitals", [["tls.client.subject", text("SPIFFE://x")]], { resource: [service] }],
];

export const vectorSpans: readonly VectorSpan[] = [
  ...values.map(([name, value]) => ({
    name: `the identity is ${name}`,
    pairs: [[id, value]] as const,
    parts: { resource: [service] },
  })),
  ...corners.map(([name, pairs, parts]) => ({ name, pairs, parts })),
].map(({ name, pairs, parts }, nth) => spanOf(name, pairs, parts, nth + 1));
