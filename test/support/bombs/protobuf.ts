import { attribute, block, number, requestOf, varint } from "../otlp-bytes.ts";
import { type Bomb, proto, text, repeated, many, span, action, lists } from "./parts.ts";

/** As many actions as one request may hold, of many identities; nothing is wrong with it. */
export function largestRequest(): Uint8Array<ArrayBuffer> {
  return requestOf(...Array.from({ length: 50_000 }, (_, at) => span(...action(`agent:${at % 2000}`))));
}

/** Bombs of protobuf: what repeats, nests and lies about itself. */
export const protobufBombs: readonly Bomb[] = [
  {
    name: "10,000 attributes",
    headers: proto,
    status: 200,
    body: () => requestOf(span(...Array.from({ length: 10_000 }, (_, at) => text(`k${at}`, "v")))),
  },
  {
    name: "a value of 4 MB",
    headers: proto,
    status: 200,
    body: () => requestOf(span(text("nhi.identity.id", repeated("x", 4_000_000)))),
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
    name: "a lone surrogate in bytes",
    headers: proto,
    status: 200,
    body: () =>
      requestOf(span(...action("agent:hostile"), text("nhi.resource.id", Buffer.from("eda0bd", "hex")))),
  },
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
    name: "2 million empty ResourceSpans",
    headers: proto,
    status: 200,
    body: () => repeated(Buffer.from([0x0a, 0]), 2_000_000),
  },
  {
    name: "a million ResourceSpans with an empty ScopeSpans",
    headers: proto,
    status: 200,
    body: () => repeated(block(1, block(2)), 1_000_000),
  },
  {
    name: "2 million empty spans",
    headers: proto,
    status: 400,
    body: () => Buffer.from(block(1, block(2, repeated(Buffer.from([0x12, 0]), 2_000_000)))),
  },
  {
    name: "50,000 empty spans, each rejected",
    headers: proto,
    status: 200,
    body: () => Buffer.from(block(1, block(2, repeated(Buffer.from([0x12, 0]), 50_000)))),
  },
  {
    name: "a small body whose large resource would be copied for each of 1,000 identities",
    headers: proto,
    status: 400,
    body: () => {
      const resource = block(1, block(1, block(1, "x"), block(2, block(1, repeated("y", 250_000)))));
      return Buffer.from(
        block(
          1,
          resource,
          block(
            2,
            many(1024, (at) => block(2, span(...action(`agent:${at}`)))),
          ),
        ),
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
        block(
          1,
          resource,
          block(
            2,
            many(400, (at) => block(2, span(...action(`agent:${at}`)))),
          ),
        ),
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
        block(
          1,
          resource,
          block(
            2,
            many(1024, (at) => block(2, span(...action(`agent:${at}`)))),
          ),
        ),
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
    name: "a scalar 2 million times",
    headers: proto,
    status: 200,
    body: () => requestOf(span(repeated(number(6, 1), 2_000_000))),
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
