import { describe, expect, test } from "@jest/globals";
import { defaultLimits } from "../../detector/decode/index.ts";
import { decoded } from "../support/decoded.ts";
import { attribute, block, fixed64, number, requestOf, spanContent, varint } from "../support/otlp-bytes.ts";

const decode = (bytes: Uint8Array, limits = defaultLimits): ReturnType<typeof decoded> =>
  decoded(bytes, { limits, names: ["k", "a", "b", "parts"] });
const text = (value: string | Uint8Array): Buffer => block(1, value);
const notUtf8 = Buffer.from([0x61, 0xff, 0xfe]);
const good = spanContent({ name: "neighbour" });

/** The content of an `AnyValue` that is `depth` lists around nothing. */
function lists(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = block(5, block(1, value));
  return value;
}

function maps(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = block(6, block(1, block(1, "k"), block(2, value)));
  return value;
}

/** A `Resource` with one attribute, as a field of its `ResourceSpans`. */
const resource = (key: string): Buffer => block(1, block(1, block(1, key), block(2, text("v"))));

const many = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => attribute(`k${at}`, text("v")));
const more = (...fields: readonly Uint8Array[]): Buffer => spanContent({ more: fields });
const long = "x".repeat(defaultLimits.valueBytesMax + 1);

describe("costs its span alone", () => {
  test.each([
    { name: "no trace id", span: spanContent({ traceId: Buffer.alloc(0) }), reason: "invalid_id" },
    {
      name: "a trace id of 15 bytes",
      span: spanContent({ traceId: Buffer.alloc(15, 1) }),
      reason: "invalid_id",
    },
    { name: "a trace id of zeros", span: spanContent({ traceId: Buffer.alloc(16) }), reason: "invalid_id" },
    { name: "no span id", span: spanContent({ spanId: Buffer.alloc(0) }), reason: "invalid_id" },
    { name: "a span id of zeros", span: spanContent({ spanId: Buffer.alloc(8) }), reason: "invalid_id" },
    { name: "a parent id of 7 bytes", span: more(block(4, Buffer.alloc(7, 1))), reason: "invalid_id" },
    { name: "an empty span", span: Buffer.alloc(0), reason: "invalid_id" },
    { name: "a start at 0", span: spanContent({ startNs: 0n, endNs: 1n }), reason: "invalid_time" },
    { name: "an end at 0", span: spanContent({ startNs: 1n, endNs: 0n }), reason: "invalid_time" },
    { name: "a start at 2^63", span: spanContent({ startNs: 2n ** 63n }), reason: "invalid_time" },
    { name: "an end at 2^63", span: spanContent({ startNs: 1n, endNs: 2n ** 63n }), reason: "invalid_time" },
    {
      name: "an end 1 ns before the start",
      span: spanContent({ startNs: 2n ** 60n, endNs: 2n ** 60n - 1n }),
      reason: "invalid_time",
    },
    { name: "a name that is not UTF-8", span: spanContent({ name: notUtf8 }), reason: "invalid_utf8" },
    { name: "a name beyond the limit", span: spanContent({ name: long }), reason: "value_too_long" },
    { name: "a value that is not UTF-8", span: more(attribute("k", text(notUtf8))), reason: "invalid_utf8" },
    { name: "a text beyond the limit", span: more(attribute("k", text(long))), reason: "value_too_long" },
    { name: "bytes beyond the limit", span: more(attribute("k", block(7, long))), reason: "value_too_long" },
    {
      name: "many small parts of one value",
      span: more(attribute("k", Buffer.concat(Array.from({ length: 40_000 }, () => block(5))))),
      reason: "value_too_long",
    },
    { name: "257 attributes", span: more(...many(257)), reason: "too_many_attributes" },
    { name: "lists 17 deep", span: more(attribute("k", lists(17))), reason: "nested_too_deep" },
    { name: "maps 17 deep", span: more(attribute("k", maps(17))), reason: "nested_too_deep" },
    { name: "lists 2,000 deep", span: more(attribute("k", lists(2000))), reason: "nested_too_deep" },
    { name: "a wrong wire type", span: more(number(1, 5)), reason: "malformed" },
    { name: "a wrong wire type in a value", span: more(attribute("k", number(1, 5))), reason: "malformed" },
    { name: "a wrong wire type in a status", span: more(block(15, block(3, "x"))), reason: "malformed" },
    { name: "a group", span: more(varint(100 * 8 + 3), varint(100 * 8 + 4)), reason: "malformed" },
    { name: "the end of a group", span: more(varint(100 * 8 + 4)), reason: "malformed" },
    { name: "wire type 7", span: more(varint(100 * 8 + 7)), reason: "malformed" },
    { name: "field 0", span: more(number(0, 1)), reason: "malformed" },
    {
      name: "a varint of 11 bytes",
      span: more(varint(6 * 8), Buffer.alloc(10, 0x80), Buffer.alloc(1)),
      reason: "malformed",
    },
    { name: "a length beyond the span", span: more(varint(5 * 8 + 2), varint(100)), reason: "malformed" },
    { name: "a length of 2^63", span: more(varint(5 * 8 + 2), varint(2n ** 63n)), reason: "malformed" },
    { name: "a time that is cut off", span: more(varint(7 * 8 + 1), Buffer.alloc(3)), reason: "malformed" },
  ])("$name", ({ span, reason }) => {
    const answer = decode(requestOf(good, span, good));
    expect(answer).toMatchObject({ ok: true, spans: [{ index: 0, name: "neighbour" }, { index: 2 }] });
    if (!answer.ok) throw new Error(answer.message);
    expect(answer.rejected).toEqual([
      { index: 1, reason, message: expect.stringMatching(/^[A-Z][^\n]{10,200}\.$/u) },
    ]);
  });
});

test("a bad span at the end of a resource costs the next resource nothing", () => {
  const bad = spanContent({ name: notUtf8 });
  const next = block(1, resource("a"), block(2, block(1, block(1, "scope")), block(2, good)));
  expect(decode(Buffer.concat([requestOf(bad), next]))).toMatchObject({
    spans: [{ index: 1, attributes: new Map([["a", "v"]]), scopeName: "scope" }],
    rejected: [{ index: 0 }],
  });
});

describe("stays within its limit", () => {
  test.each([
    { name: "256 attributes", span: more(...many(256)) },
    { name: "lists 16 deep", span: more(attribute("k", lists(16))) },
    { name: "a text of 65,536 bytes", span: more(attribute("k", text(long.slice(1)))) },
    { name: "an instant of 2^63-1 ns", span: spanContent({ startNs: 2n ** 63n - 1n }) },
    { name: "an instant of 1 ns", span: spanContent({ startNs: 1n }) },
    { name: "a parent id of zeros", span: more(block(4, Buffer.alloc(8))) },
    { name: "U+FFFD, which is a character like any other", span: spanContent({ name: "\u{fffd}" }) },
  ])("$name", ({ span }) => {
    expect(decode(requestOf(span))).toMatchObject({ ok: true, spans: [{ index: 0 }], rejected: [] });
  });
});

test("an attribute that is not wanted is not looked into, but counted", () => {
  const names = ["user.id"];
  const fine = more(
    attribute("k", lists(2000)),
    attribute("l", text(long)),
    attribute("user.id", text("alice")),
  );
  expect(decoded(requestOf(fine), { names })).toMatchObject({
    spans: [{ attributes: new Map([["user.id", "alice"]]) }],
  });
  expect(decoded(requestOf(more(...many(257))), { names })).toMatchObject({
    rejected: [{ reason: "too_many_attributes" }],
  });
});

test("a message names the attribute and the limit, never a value", () => {
  expect(decode(requestOf(more(attribute("k", text(`secret${long}`)))))).toMatchObject({
    rejected: [{ message: 'In the span, in the attribute "k", a value is longer than 65536 bytes.' }],
  });
});

test("a value without members says nothing, whatever bytes come after it", () => {
  const empty = (...after: readonly Uint8Array[]): Buffer =>
    more(block(9, block(2), block(1, "k"), ...after));
  for (const span of [empty(), empty(number(3, 5)), more(block(9, block(1, "k"), block(2)))])
    expect(decode(requestOf(good, span))).toMatchObject({ spans: [{}, { attributes: new Map() }] });
});

test("of a repeated attribute the first counts, of a repeated scalar the last, and the parts of a value are merged", () => {
  const list = (value: string): Buffer => block(5, block(1, text(value)));
  const span = more(
    attribute("k", text("first")),
    attribute("k", text("second")),
    block(9, block(2, list("a")), block(1, "parts"), block(2, list("b"))),
    block(5, "last"),
    fixed64(7, 5000n),
  );
  expect(decode(requestOf(span))).toMatchObject({
    spans: [
      {
        name: "last",
        startedAtUs: 5,
        attributes: new Map(Object.entries({ k: "first", parts: '["a","b"]' })),
        lists: new Map(Object.entries({ parts: ["a", "b"] })),
      },
    ],
  });
});

test("a resource may follow its spans, come in parts, and is never that of a neighbour", () => {
  const scopes = block(2, block(2, good));
  const bytes = Buffer.concat([block(1, scopes, resource("a"), resource("b")), block(1, scopes)]);
  expect(decode(bytes)).toMatchObject({
    spans: [
      {
        attributes: new Map([
          ["a", "v"],
          ["b", "v"],
        ]),
      },
      { attributes: new Map() },
    ],
  });
});

test("a resource or scope beyond a limit costs the spans under it alone", () => {
  const scopes = block(2, block(2, good), block(2, good));
  const badResource = block(1, block(1, block(1, block(1, "k"), block(2, text(notUtf8)))), scopes);
  const badScope = block(1, block(2, block(1, block(1, notUtf8)), block(2, good)));
  expect(decode(Buffer.concat([badResource, requestOf(good), badScope]))).toMatchObject({
    spans: [{ index: 2, attributes: new Map() }],
    rejected: [
      {
        index: 0,
        reason: "invalid_utf8",
        message: 'In the resource, in the attribute "k", a text is not valid UTF-8.',
      },
      { index: 1, reason: "invalid_utf8" },
      { index: 3, reason: "invalid_utf8", message: "In the scope, the name is not valid UTF-8." },
    ],
  });
});

describe("refuses the request as a whole", () => {
  test.each([
    {
      name: "resource spans of the wrong wire type",
      bytes: number(1, 5),
      message: /field 1 .*wire type 0.*byte 1/iu,
    },
    {
      name: "scope spans of the wrong wire type",
      bytes: block(1, number(2, 5)),
      message: /field 2 .*byte 3/iu,
    },
    {
      name: "spans of the wrong wire type",
      bytes: block(1, block(2, fixed64(2, 5n))),
      message: /field 2 .*byte 5/iu,
    },
    {
      name: "a resource of the wrong wire type",
      bytes: block(1, number(1, 5), block(2, block(2, good))),
      message: /field 1/iu,
    },
    {
      name: "a resource whose attributes are a number",
      bytes: block(1, block(1, number(1, 5)), block(2, block(2, good))),
      message: /resource/iu,
    },
    {
      name: "a group around spans",
      bytes: Buffer.concat([varint(11), varint(12)]),
      message: /wire type 3/iu,
    },
    {
      name: "a span that is longer than its scope",
      bytes: block(1, block(2, varint(18), varint(99))),
      message: /99 bytes is cut off at byte/iu,
    },
  ])("$name", ({ bytes, message }) => {
    const refused = { ok: false, reason: "malformed", message: expect.stringMatching(message) };
    expect(decode(Buffer.concat([requestOf(good), bytes]))).toEqual({
      ...refused,
      message: expect.any(String),
    });
    expect(decode(bytes)).toEqual(refused);
  });

  test("more spans than the limit", () => {
    const limits = { ...defaultLimits, spansMax: 2 };
    expect(decode(requestOf(good, good), limits)).toMatchObject({ ok: true, spans: [{}, {}] });
    expect(decode(requestOf(good, good, good), limits)).toEqual({
      ok: false,
      reason: "too_many_spans",
      message: "The request holds more than 2 spans.",
    });
  });

  test("resources that a split would copy beyond the limit", () => {
    const limits = { ...defaultLimits, wrapperBytesMax: 3000 };
    const wide = block(
      1,
      block(1, block(900, "x".repeat(1000))),
      block(2, block(2, good), block(2, good), block(2, good)),
    );
    expect(decode(wide, limits)).toMatchObject({ ok: false, reason: "too_large" });
    expect(decode(wide)).toMatchObject({ ok: true });
  });

  test("bytes cut off anywhere but between two resources", () => {
    const one = requestOf(good, more(attribute("k", maps(3))));
    const whole = Buffer.concat([one, one]);
    for (let length = 0; length < whole.length; length += 1) {
      const { ok } = decode(whole.subarray(0, length));
      expect({ length, ok }).toEqual({ length, ok: length === 0 || length === one.length });
    }
  });
});
