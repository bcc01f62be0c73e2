/** Requests of one span for the corners that every language that attributes must turn alike. */
import { type Pair, type Parts, spanOf, text, values, type VectorSpan } from "./vector-values.ts";

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
