import { describe, expect, test } from "@jest/globals";
import { defaultLimits, protobufFromJson } from "../../detector/decode/index.ts";
import { decodedOtlp } from "../support/decoded.ts";
import { asText } from "../support/span.ts";

const good = {
  traceId: "5B8EFFF798038103D269B633813FC60C",
  spanId: "eee19b7ec3c1b174",
  name: "neighbour",
  kind: 3,
  startTimeUnixNano: "1544712660000000000",
  endTimeUnixNano: "1544712661000000000",
};
const requestOf = (...spans: readonly object[]): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const withValue = (value: string): string =>
  requestOf({ ...good, attributes: "HERE" }).replace('"HERE"', `[{"key":"k","value":${value}}]`);
const decode = (json: string): ReturnType<typeof decodedOtlp>["decoded"] =>
  decodedOtlp(Buffer.from(json), "otlp_json", { names: ["k"] }).decoded;

describe("reads a value", () => {
  test.each([
    {
      name: "a 64-bit integer in quotes",
      json: '{"intValue":"9223372036854775807"}',
      value: "9223372036854775807",
    },
    {
      name: "a 64-bit integer as a number, unrounded",
      json: '{"intValue":-9223372036854775807}',
      value: "-9223372036854775807",
    },
    { name: "a small integer as a number", json: '{"intValue": -42 }', value: -42 },
    {
      name: "a long integer as a double",
      json: '{"doubleValue":12345678901234567890}',
      value: 12345678901234567000,
    },
    {
      name: "a double with an exponent",
      json: '{"doubleValue":1.2345678901234e-10}',
      value: 1.2345678901234e-10,
    },
    { name: "a double that is not a number", json: '{"doubleValue":"NaN"}', value: Number.NaN },
    { name: "base64", json: '{"bytesValue":"AP8="}', value: "00ff" },
    { name: "base64 of URLs", json: '{"bytesValue":"__8"}', value: "ffff" },
    {
      name: "text with digits and escaped quotes",
      json: String.raw`{"stringValue":"\" 12345678901234567890"}`,
      value: '" 12345678901234567890',
    },
    { name: "a lone surrogate, as U+FFFD", json: String.raw`{"stringValue":"\ud800"}`, value: "\u{fffd}" },
    { name: "null, as nothing", json: "null", value: null },
    {
      name: "a map with a key __proto__",
      json: '{"kvlistValue":{"values":[{"key":"__proto__","value":{"boolValue":true}}]}}',
      value: JSON.parse('{"__proto__":true}'),
    },
  ])("$name", ({ json, value }) => {
    expect(decode(withValue(json))).toMatchObject({ ok: true, rejected: [] });
    const decoded = decode(withValue(json));
    const text = value === null ? undefined : asText(value);
    expect(decoded.ok && decoded.spans[0]?.attributes.get("k")).toBe(text);
  });
});

test("reads ids of either case and instants as strings or as numbers", () => {
  const numbers = requestOf({ ...good, startTimeUnixNano: "N" }).replace('"N"', "1544712660000000999");
  expect(decode(numbers)).toMatchObject({
    spans: [{ traceId: "5b8efff798038103d269b633813fc60c", kind: "client", startedAtUs: 1544712660000000 }],
  });
});

test("unknown fields, among them __proto__ and constructor, change nothing", () => {
  const odd = '{"__proto__":{"resourceSpans":[]},"constructor":1,"toString":2,"later":[{"x":1}],';
  expect(decode(requestOf(good).replace("{", odd))).toEqual(decode(requestOf(good)));
  expect(decode('{"__proto__":{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}}')).toMatchObject({
    spans: [],
    rejected: [],
  });
});

describe("costs its span alone", () => {
  test.each([
    { name: "an id that is not hex", span: { ...good, traceId: "z".repeat(32) } },
    { name: "an id with an odd digit", span: { ...good, spanId: "eee19b7ec3c1b17" } },
    { name: "a parent id that is not hex", span: { ...good, parentSpanId: "not hex." } },
    { name: "an id in base64", span: { ...good, traceId: "W47/95gDgQPSabYzgT/GDA==" } },
    { name: "no id", span: { name: "nameless" } },
  ])("$name", ({ span }) => {
    expect(decode(requestOf(good, span, good))).toMatchObject({
      ok: true,
      spans: [{ index: 0 }, { index: 2 }],
      rejected: [{ index: 1, reason: "invalid_id" }],
    });
  });
});

describe("refuses the request and names the place", () => {
  const at = "resourceSpans[0].scopeSpans[0].spans[1]";
  test.each([
    {
      name: "a name that is a number",
      json: requestOf(good, { ...good, name: 5 }),
      message: `${at}.name is not a string.`,
    },
    {
      name: "an id that is a number",
      json: requestOf(good, { ...good, traceId: 5 }),
      message: `${at}.traceId is not a string of hex digits.`,
    },
    {
      name: "an enum by name",
      json: requestOf(good, { ...good, kind: "SPAN_KIND_SERVER" }),
      message: `${at}.kind is not an integer (names of enum values are not OTLP/JSON).`,
    },
    {
      name: "an instant below zero",
      json: requestOf(good, { ...good, endTimeUnixNano: "-1" }),
      message: `${at}.endTimeUnixNano is not an integer from 0 to 18446744073709551615.`,
    },
    {
      name: "an instant beyond 64 bits",
      json: requestOf(good, { ...good, endTimeUnixNano: "9".repeat(1e6) }),
      message: `${at}.endTimeUnixNano is not an integer from 0 to 18446744073709551615.`,
    },
    {
      name: "attributes that are no array",
      json: requestOf(good, { ...good, attributes: {} }),
      message: `${at}.attributes is not an array.`,
    },
    {
      name: "an attribute that is null",
      json: requestOf(good, { ...good, attributes: [null] }),
      message: `${at}.attributes[0] is not an object.`,
    },
    {
      name: "half an integer",
      json: withValue('{"intValue":1.5}'),
      message: /value\.intValue is not an integer from/u,
    },
    {
      name: "a boolean in quotes",
      json: withValue('{"boolValue":"true"}'),
      message: /boolValue is not true or false/u,
    },
    {
      name: "bytes that are not base64",
      json: withValue('{"bytesValue":"%%"}'),
      message: /bytesValue is not base64/u,
    },
    { name: "a body that is a list", json: "[]", message: "The body is not an object." },
    { name: "no body", json: "", message: "The body is not JSON." },
    { name: "half a body", json: requestOf(good).slice(0, -1), message: "The body is not JSON." },
    { name: "a string without an end", json: String.raw`{"a":"\\\"`, message: "The body is not JSON." },
  ])("$name", ({ json, message }) => {
    const decoded = decode(json);
    expect(decoded).toMatchObject({ ok: false, reason: "malformed" });
    expect("message" in decoded && decoded.message).toMatch(message);
  });

  test("a body that is not UTF-8", () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(protobufFromJson(body)).toEqual({
      ok: false,
      reason: "malformed",
      message: "The body is not valid UTF-8.",
    });
  });

  test.each(["[", '{"a":'])("a body nested 200 deep in %s, or 20 million, before it is parsed", (open) => {
    const refused = {
      ok: false,
      reason: "nested_too_deep",
      message: "The JSON is nested deeper than 80 levels.",
    };
    expect(decode(open.repeat(200))).toEqual(refused);
    expect(protobufFromJson(Buffer.alloc(20_000_000, open))).toEqual(refused);
  });
});

test("depth counts what is open, brackets in strings do not", () => {
  const limits = { ...defaultLimits, jsonDepthMax: 2 };
  expect(protobufFromJson(Buffer.from(String.raw`{"a":[],"b":[],"c":"[[[\"[[[["}`), limits)).toMatchObject({
    ok: true,
  });
  expect(protobufFromJson(Buffer.from('{"a":[[]]}'), limits)).toMatchObject({
    ok: false,
    reason: "nested_too_deep",
  });
});

test("values nested as deep as is allowed are read from JSON, too", () => {
  const nested = (depth: number): string =>
    depth === 0 ? '{"intValue":1}' : `{"kvlistValue":{"values":[{"key":"k","value":${nested(depth - 1)}}]}}`;
  expect(decode(withValue(nested(16)))).toMatchObject({ spans: [{}], rejected: [] });
  expect(decode(withValue(nested(17)))).toMatchObject({
    spans: [],
    rejected: [{ reason: "nested_too_deep" }],
  });
});

test("members of one object are counted, those of others and colons in texts are not", () => {
  const limits = { ...defaultLimits, jsonMembersMax: 2 };
  const taken = String.raw`{"a":[{"x":1,"y":"::\":"},{"x":1,"y":{"z":0}}],"b":[{}]}`;
  expect(protobufFromJson(Buffer.from(taken), limits)).toMatchObject({ ok: true });
  expect(protobufFromJson(Buffer.from('{"a":1,"b":{"c":0},"d":2}'), limits)).toEqual({
    ok: false,
    reason: "malformed",
    message: "An object has more than 2 members.",
  });
});
