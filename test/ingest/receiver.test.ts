import { afterEach, describe, expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { json, messageOf, send, start, stopAll, stored, type Sending } from "./support.ts";
import type { AcceptResult } from "../../detector/ingest/ports.ts";

afterEach(stopAll);

const kibibyte = 1024;
const small = {
  bodyBytesMax: 32 * kibibyte,
  inflatedBytesMax: 64 * kibibyte,
  inflateRatioMax: 20,
  inflateRatioFreeBytes: 8 * kibibyte,
};

describe("a body that can't be taken is answered with why", () => {
  const gzip = { ...json, "content-encoding": "gzip" };
  const cases: readonly { name: string; sending: Sending; status: number; says: string }[] = [
    {
      name: "no content type",
      sending: { headers: { "content-type": "" } },
      status: 415,
      says: "application/x-protobuf or application/json",
    },
    {
      name: "another content type",
      sending: { headers: { "content-type": "text/plain" } },
      status: 415,
      says: "Content-Type",
    },
    {
      name: "another compression",
      sending: { headers: { ...json, "content-encoding": "br" } },
      status: 415,
      says: "gzip",
    },
    {
      name: "over the body limit",
      sending: { headers: json, body: "x".repeat(32_769) },
      status: 413,
      says: "32769 bytes; at most 32768",
    },
    {
      name: "over the body limit without saying so",
      sending: { headers: { ...json, "transfer-encoding": "chunked" }, body: "x".repeat(40_000) },
      status: 413,
      says: "at most 32768 bytes",
    },
    {
      name: "over the inflated limit",
      sending: { headers: gzip, body: gzipSync(noise(66_000)) },
      status: 413,
      says: "65536 bytes once inflated",
    },
    {
      name: "repeating itself too much",
      sending: { headers: gzip, body: gzipSync(Buffer.alloc(9000)) },
      status: 413,
      says: "20 times",
    },
    {
      name: "cut off gzip",
      sending: { headers: gzip, body: gzipSync("{}").subarray(0, 12) },
      status: 400,
      says: "cut off",
    },
    { name: "no gzip at all", sending: { headers: gzip, body: "{}" }, status: 400, says: "not valid gzip" },
  ];
  test.each(cases)("$name: $status", async ({ sending, status, says }) => {
    const { url, batches } = await start({ limits: small });
    const reply = await send(url, sending);
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe("application/json");
    expect(messageOf(reply)).toContain(says);
    expect(batches).toEqual([]);
  });
});

describe("a body that can be taken reaches the sink as it was", () => {
  const cases: readonly { name: string; sending: Sending; body: string }[] = [
    { name: "protobuf", sending: { body: "\x0a\x00" }, body: "\x0a\x00" },
    {
      name: "JSON with a charset",
      sending: { headers: { "content-type": "Application/JSON; charset=utf-8" }, body: "{}" },
      body: "{}",
    },
    { name: "identity", sending: { headers: { "content-encoding": "identity" }, body: "a" }, body: "a" },
    {
      name: "gzip",
      sending: { headers: { "content-encoding": "gzip" }, body: gzipSync("hello") },
      body: "hello",
    },
    {
      name: "gzip in two members",
      sending: {
        headers: { "content-encoding": "GZIP" },
        body: Buffer.concat([gzipSync("a"), gzipSync("b")]),
      },
      body: "ab",
    },
    { name: "nothing", sending: {}, body: "" },
    { name: "nothing, said to be gzip", sending: { headers: { "content-encoding": "gzip" } }, body: "" },
    {
      name: "repetitive but small",
      sending: { headers: { "content-encoding": "gzip" }, body: gzipSync("x".repeat(8192)) },
      body: "x".repeat(8192),
    },
    { name: "exactly at the limit", sending: { body: "x".repeat(32_768) }, body: "x".repeat(32_768) },
  ];
  test.each(cases)("$name", async ({ sending, body }) => {
    const { url, batches } = await start({ limits: small });
    expect((await send(url, sending)).status).toBe(200);
    expect(batches.map((batch) => Buffer.from(batch.body).toString())).toEqual([body]);
    expect(batches[0]?.encoding).toBe(
      sending.headers?.["content-type"] === undefined ? "otlp_proto" : "otlp_json",
    );
  });
});

describe("the sink's answer is the sender's", () => {
  const cases: readonly {
    name: string;
    result: AcceptResult;
    status: number;
    body: string;
    retryAfter?: string;
  }[] = [
    { name: "stored", result: stored, status: 200, body: "{}" },
    {
      name: "some spans rejected",
      result: { kind: "stored", rejected: 3, messages: ["A.", "B.", "A."] },
      status: 200,
      body: '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"A. B."}}',
    },
    {
      name: "a warning alone",
      result: { kind: "stored", rejected: 0, messages: ["W."] },
      status: 200,
      body: '{"partialSuccess":{"rejectedSpans":"0","errorMessage":"W."}}',
    },
    {
      name: "more sentences than are told",
      result: { kind: "stored", rejected: 7, messages: ["1.", "2.", "3.", "4.", "5.", "6.", "7."] },
      status: 200,
      body: '{"partialSuccess":{"rejectedSpans":"7","errorMessage":"1. 2. 3. 4. 5. And 2 more."}}',
    },
    {
      name: "refused",
      result: { kind: "refused", message: "Bad." },
      status: 400,
      body: '{"code":3,"message":"Bad."}',
    },
    {
      name: "busy",
      result: { kind: "busy", retryAfterSeconds: 0.2, message: "Full." },
      status: 503,
      body: '{"code":14,"message":"Full."}',
      retryAfter: "1",
    },
  ];
  test.each(cases)("$name", async ({ result, status, body, retryAfter }) => {
    const { url } = await start({ accept: async () => await Promise.resolve(result) });
    const reply = await send(url, { headers: json, body: "{}" });
    expect([reply.status, reply.body.toString(), reply.headers["retry-after"]]).toEqual([
      status,
      body,
      retryAfter,
    ]);
  });

  test("a sink that throws is our trouble: 503 without its reason, which is logged", async () => {
    const running = await start({ accept: async () => await Promise.reject(new Error("password=canary")) });
    const reply = await send(running.url, { headers: json, body: "{}" });
    expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "5"]);
    expect(reply.body.toString()).not.toContain("canary");
    expect(running.logged.join("")).toContain("could not be stored");
  });

  test("in protobuf as well, and never over 2 KiB of sentences", async () => {
    const long = "é".repeat(3000);
    const { url } = await start({
      accept: async () => await Promise.resolve({ kind: "stored", rejected: 300, messages: [long] }),
    });
    const reply = await send(url);
    expect(reply.headers["content-type"]).toBe("application/x-protobuf");
    // Field 1, a message, of a two-byte length; in it field 1 = 300 and field 2, text.
    expect([...reply.body.subarray(0, 7)]).toEqual([
      0x0a,
      expect.any(Number),
      expect.any(Number),
      0x08,
      0xac,
      0x02,
      0x12,
    ]);
    expect(reply.body.length).toBeLessThan(2100);
    expect(reply.body.subarray(9).toString()).not.toContain("\u{fffd}");
    const refused = await start({
      accept: async () => await Promise.resolve({ kind: "refused", message: "Bad." }),
    });
    expect([...(await send(refused.url)).body]).toEqual([0x08, 3, 0x12, 4, ...Buffer.from("Bad.")]);
  });
});

test("refusals are counted by reason", async () => {
  const { url, telemetry } = await start({ limits: small });
  await send(url, { headers: { "content-type": "text/plain" } });
  await send(url, { body: "x".repeat(40_000) });
  await send(url);
  const metrics = await telemetry.renderPrometheus();
  expect(metrics).toContain('answerable_requests_refused_total{reason="content_type"} 1');
  expect(metrics).toContain('answerable_requests_refused_total{reason="body_too_large"} 1');
  expect(metrics).toContain('answerable_requests_total{code="200"} 1');
  expect(metrics).toContain("answerable_in_flight_bytes 0");
});

/** Text that compresses about three to one: over the size limit without being over the ratio, or over the body limit. */
function noise(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += String.fromCodePoint(97 + (state % 4));
  }
  return text;
}
