/** Requests made to cost much more than they weigh. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { attribute, block, number, requestOf, spanContent, varint } from "./otlp-bytes.ts";
import { newId } from "./spans.ts";

export interface Bomb {
  readonly name: string;
  readonly body: () => Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** What it is answered; 200 where only its spans are rejected, or where it is legal after all. */
  readonly status: number;
}

const mebibyte = 1024 * 1024;
const proto = { "content-type": "application/x-protobuf" };
const json = { "content-type": "application/json" };
const gzip = { "content-encoding": "gzip" };

const text = (key: string, value: string | Uint8Array): Uint8Array => attribute(key, block(1, value));
const repeated = (part: string | Uint8Array, times: number): Buffer<ArrayBuffer> =>
  Buffer.alloc(part.length * times, part);
const many = (times: number, part: (at: number) => Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.concat(Array.from({ length: times }, (_, at) => part(at)));

/** A span with ids of its own, now. */
function span(...more: readonly Uint8Array[]): Buffer {
  return spanContent({
    traceId: Buffer.from(newId(32), "hex"),
    spanId: Buffer.from(newId(16), "hex"),
    startNs: BigInt(Date.now()) * 1_000_000n,
    more,
  });
}

const action = (identity: string): Uint8Array[] => [
  text("nhi.identity.id", identity),
  text("nhi.action.kind", "exec"),
  text("nhi.action.name", "op"),
];

/** The content of an AnyValue: lists in lists around nothing. */
function lists(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = block(5, block(1, value));
  return value;
}

const jsonOf = (attributes: readonly (readonly [string, string])[]): Uint8Array<ArrayBuffer> => {
  const spans = [
    {
      traceId: newId(32),
      spanId: newId(16),
      startTimeUnixNano: `${Date.now()}000000`,
      endTimeUnixNano: `${Date.now()}000000`,
      attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })),
    },
  ];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
};

const jsonAction: readonly (readonly [string, string])[] = [
  ["nhi.identity.id", "agent:hostile"],
  ["nhi.action.kind", "exec"],
];

/** As many actions as one request may hold, of many identities; nothing is wrong with it. */
export function largestRequest(): Uint8Array<ArrayBuffer> {
  return requestOf(...Array.from({ length: 50_000 }, (_, at) => span(...action(`agent:${at % 2000}`))));
}

/** All bombs that go off within one request. */
export const bombs: readonly Bomb[] = [
  {
    name: "10,000 attributes",
    headers: proto,
    status: 200,
    body: () => requestOf(span(...Array.from({ length: 10_000 }, (_, at) => text(`k${at}`, "v")))),
  },
  {
    name: "a value of 8 MB",
    headers: proto,
    status: 200,
    body: () => requestOf(span(text("nhi.identity.id", repeated("x", 8_000_000)))),
  },
  {
    name: "a value of 10 MB in JSON",
    headers: json,
    status: 413,
    body: () => jsonOf([["nhi.identity.id", "x".repeat(10_000_000)]]),
  },
  {
    name: "64-deep nesting",
    headers: proto,
    status: 200,
    body: () => requestOf(span(attribute("nhi.identity.id", lists(64)))),
  },
  {
    name: "AnyValue nested 2,000 deep",
    headers: proto,
    status: 200,
    body: () => requestOf(span(attribute("nhi.identity.id", lists(2000)))),
  },
  {
    name: "2,000-deep JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`{"resourceSpans":${"[".repeat(2000)}${"]".repeat(2000)}}`),
  },
  {
    name: "a million levels of JSON",
    headers: json,
    status: 400,
    body: () => repeated("[", mebibyte),
  },
  {
    name: "names of JavaScript's own, lone surrogates, NUL, and marks of direction",
    headers: json,
    status: 200,
    body: () =>
      jsonOf([
        ...jsonAction,
        ["__proto__", "x"],
        ["nhi.action.name", "__proto__"],
        ["nhi.resource.id", "\ud83d\u0000\u202egnp.exe\u2066"],
        ["nhi.session.id", "constructor"],
      ]),
  },
  {
    name: "a lone surrogate in bytes",
    headers: proto,
    status: 200,
    body: () => requestOf(span(...action("agent:hostile"), text("nhi.resource.id", Buffer.from("eda0bd", "hex")))),
  },
  {
    name: "gzip 1029:1",
    headers: { ...proto, ...gzip },
    status: 413,
    body: () => gzipSync(Buffer.alloc(100 * mebibyte)),
  },
  {
    name: "gzip in gzip",
    headers: { ...proto, ...gzip },
    status: 400,
    body: () => gzipSync(gzipSync(Buffer.alloc(100 * mebibyte))),
  },
  {
    name: "gzip of many members",
    headers: { ...proto, ...gzip },
    status: 413,
    body: () => repeated(gzipSync(Buffer.alloc(mebibyte)), 64),
  },
  {
    name: "gzip of empty JSON objects, just within the ratio",
    headers: { ...json, ...gzip },
    status: 413,
    body: () => gzipSync(`[${"{},".repeat(3 * mebibyte)}{}]`),
  },
  { name: "deflate", headers: { ...proto, "content-encoding": "deflate" }, status: 415, body: () => deflateSync(Buffer.alloc(mebibyte)) },
  { name: "brotli 609,637:1", headers: { ...proto, "content-encoding": "br" }, status: 415, body: () => brotliCompressSync(Buffer.alloc(100 * mebibyte)) },
  { name: "zstd", headers: { ...proto, "content-encoding": "zstd" }, status: 415, body: () => Buffer.from("28b52ffd0458010000", "hex") },
  { name: "gzip, gzip", headers: { ...proto, "content-encoding": "gzip, gzip" }, status: 415, body: () => gzipSync(gzipSync("")) },
  {
    name: "21 KB of start-groups",
    headers: proto,
    status: 400,
    body: () => Buffer.alloc(21_000, 0x0b),
  },
  {
    name: "21 KB of start-groups in a span",
    headers: proto,
    status: 200,
    body: () => requestOf(span(Buffer.alloc(21_000, 0xa3))),
  },
  {
    name: "a million empty ResourceSpans",
    headers: proto,
    status: 200,
    body: () => repeated(Buffer.from([0x0a, 0]), 1_000_000),
  },
  {
    name: "4 million empty ResourceSpans",
    headers: proto,
    status: 200,
    body: () => repeated(Buffer.from([0x0a, 0]), 4_000_000),
  },
  {
    name: "2 million ResourceSpans with an empty ScopeSpans",
    headers: proto,
    status: 200,
    body: () => repeated(block(1, block(2)), 2_000_000),
  },
  {
    name: "4 million empty spans",
    headers: proto,
    status: 400,
    body: () => Buffer.from(block(1, block(2, repeated(Buffer.from([0x12, 0]), 4_000_000)))),
  },
  {
    name: "50,000 empty spans, each rejected",
    headers: proto,
    status: 200,
    body: () => Buffer.from(block(1, block(2, repeated(Buffer.from([0x12, 0]), 50_000)))),
  },
  {
    name: "700,000 empty objects in 2 MiB of JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`{"resourceSpans":[${"{},".repeat(699_000)}{}]}`),
  },
  {
    name: "700,000 lists in 2 MiB of JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`[${"[],".repeat(699_000)}[]]`),
  },
  {
    name: "100,000 long integers in JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`[${"1234567890123456789,".repeat(100_000)}1]`),
  },
  {
    name: "170,000 members of one JSON object",
    headers: json,
    status: 400,
    body: () =>
      Buffer.from(`{${Array.from({ length: 170_000 }, (_, at) => `"k${at.toString(36)}":{}`).join(",")}}`),
  },
  {
    name: "119,000 empty objects, just within the limit",
    headers: json,
    status: 200,
    body: () => Buffer.from(`{"resourceSpans":[${"{},".repeat(118_000)}{}]}`),
  },
  {
    name: "180,000 members that are no nodes",
    headers: json,
    status: 200,
    body: () =>
      Buffer.from(`{${Array.from({ length: 180_000 }, (_, at) => `"k${at.toString(36)}":0`).join(",")}}`),
  },
  {
    name: "16 MiB of JSON",
    headers: json,
    status: 413,
    body: () => Buffer.alloc(16 * mebibyte, 0x20),
  },
  {
    name: "a small body whose large resource would be copied for each of 1,000 identities",
    headers: proto,
    status: 400,
    body: () => {
      const resource = block(1, block(1, block(1, "x"), block(2, block(1, repeated("y", 250_000)))));
      return Buffer.from(
        block(1, resource, block(2, many(1024, (at) => block(2, span(...action(`agent:${at}`)))))),
      );
    },
  },
  {
    name: "the same, within what one thread does at once",
    headers: proto,
    status: 400,
    body: () => {
      const resource = block(1, block(1, block(1, "x"), block(2, block(1, repeated("y", 60_000)))));
      return Buffer.from(
        block(1, resource, block(2, many(400, (at) => block(2, span(...action(`agent:${at}`)))))),
      );
    },
  },
  {
    name: "the same, just within the limit",
    headers: proto,
    status: 200,
    body: () => {
      const resource = block(1, block(1, block(1, "x"), block(2, block(1, repeated("y", 8_000)))));
      return Buffer.from(
        block(1, resource, block(2, many(1024, (at) => block(2, span(...action(`agent:${at}`)))))),
      );
    },
  },
  {
    name: "varints of ten bytes and more",
    headers: proto,
    status: 200,
    body: () =>
      requestOf(
        span(repeated(Buffer.concat([varint(6 * 8), Buffer.alloc(9, 0xff), Buffer.from([1])]), 300_000)),
        span(varint(6 * 8), Buffer.alloc(1000, 0x80), Buffer.from([0])),
      ),
  },
  {
    name: "a scalar 4 million times",
    headers: proto,
    status: 200,
    body: () => requestOf(span(repeated(number(6, 1), 4_000_000))),
  },
  {
    name: "one identity id 64,000 times in one span",
    headers: proto,
    status: 200,
    body: () => requestOf(span(...Array.from({ length: 64_000 }, () => text("nhi.identity.id", "v")))),
  },
  {
    name: "a length of 2^63",
    headers: proto,
    status: 400,
    body: () => Buffer.concat([varint(0x0a), varint(2n ** 63n)]),
  },
];
