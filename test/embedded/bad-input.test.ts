/**
 * Goal: bad input gets a clear answer and costs its neighbours nothing.
 * Method: each bad request goes to the real receiver while a good one is under way, and after all of them the service is
 * looked at: health, memory, counters, rows.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { attribute, block, fixed64, requestOf, spanContent, varint } from "../support/otlp-bytes.ts";
import { ask, newId, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startUp, type Up } from "../support/up.ts";

const folder = tempFolder("bad-input");
let up: Up;
beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

const proto = { "content-type": "application/x-protobuf" };
const gzip = { ...proto, "content-encoding": "gzip" };
const good = (): Buffer<ArrayBuffer> => Buffer.from(requestOf(span()));
const mebibyte = 1024 * 1024;
const refusals = "answerable_requests_refused_total";
const rejections = "answerable_spans_rejected_total";
const unreadable = "answerable_requests_unreadable_total";

/** A good span of protobuf with an id of its own; `at` is its start and end. */
function span(
  more: readonly Uint8Array[] = [],
  ids: { traceId?: Uint8Array; spanId?: Uint8Array; startNs?: bigint } = {},
): Uint8Array {
  const own = { traceId: Buffer.from(newId(32), "hex"), spanId: Buffer.from(newId(16), "hex") };
  const named = [
    text("nhi.identity.id", "agent:bad"),
    text("nhi.action.kind", "exec"),
    text("nhi.action.name", "op"),
  ];
  return spanContent({ startNs: BigInt(Date.now()) * 1_000_000n, ...own, ...ids, more: [...named, ...more] });
}

const text = (key: string, value: string | Uint8Array): Uint8Array => attribute(key, block(1, value));
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

interface BadRequest {
  readonly name: string;
  readonly body: () => string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly says: RegExp;
  readonly counter: string;
}

const requests: readonly BadRequest[] = [
  {
    name: "truncated protobuf",
    body: () => good().subarray(0, -5),
    headers: proto,
    status: 400,
    says: /\w+ .*\./u,
    counter: unreadable,
  },
  {
    name: "wrong wire types",
    body: () => Buffer.concat([varint(1 * 8), varint(7)]),
    headers: proto,
    status: 400,
    says: /\w+ .*\./u,
    counter: unreadable,
  },
  {
    name: "no protobuf at all",
    body: () => Buffer.from("hello, receiver"),
    headers: proto,
    status: 400,
    says: /\w+ .*\./u,
    counter: unreadable,
  },
  {
    name: "a gzip bomb",
    body: () => gzipSync(Buffer.alloc(60 * mebibyte)),
    headers: gzip,
    status: 413,
    says: /inflates to over 200 times/u,
    counter: `${refusals}{reason="inflate_ratio"}`,
  },
  {
    name: "gzip cut off",
    body: () => gzipSync(good()).subarray(0, -9),
    headers: gzip,
    status: 400,
    says: /gzip body is cut off/u,
    counter: `${refusals}{reason="bad_gzip"}`,
  },
  {
    name: "200-deep JSON",
    body: () => deep(200),
    headers: {},
    status: 400,
    says: /deep|nest|levels/u,
    counter: unreadable,
  },
  {
    name: "JSON that is none",
    body: () => '{"resourceSpans":',
    headers: {},
    status: 400,
    says: /JSON/u,
    counter: unreadable,
  },
  {
    name: "a wrong content type",
    body: () => good(),
    headers: { "content-type": "text/plain" },
    status: 415,
    says: /Content-Type must be/u,
    counter: `${refusals}{reason="content_type"}`,
  },
  {
    name: "an unknown encoding",
    body: () => good(),
    headers: { ...proto, "content-encoding": "br" },
    status: 415,
    says: /Content-Encoding must be/u,
    counter: `${refusals}{reason="content_encoding"}`,
  },
  {
    name: "a body beyond the limit",
    body: () => Buffer.alloc(17 * mebibyte),
    headers: proto,
    status: 413,
    says: /at most 4194304 bytes/u,
    counter: `${refusals}{reason="body_too_large"}`,
  },
];

test.each(requests)(
  "$name is refused with a sentence and counted, and a good request beside it is stored",
  async ({ body, headers, status, says, counter }) => {
    const spanId = newId(16);
    const before = await counted(counter);
    const [refused, taken] = await Promise.all([
      post(up.url, body(), headers),
      post(up.url, requestOfSpans(spanOf({ "nhi.identity.id": "agent:beside" }, { spanId }))),
    ]);
    expect({ status: refused.status, text: refused.text }).toEqual({
      status,
      text: expect.stringMatching(says),
    });
    expect(taken).toMatchObject({ status: 200, text: "{}" });
    expect(await stored(spanId)).toBe("1");
    expect(await counted(counter)).toBe(before + 1);
  },
);

const spans: readonly { name: string; span: () => Uint8Array; reason: string }[] = [
  { name: "without a trace id", span: () => span([], { traceId: Buffer.alloc(0) }), reason: "invalid_id" },
  {
    name: "with a span id of zeros",
    span: () => span([], { spanId: Buffer.alloc(8) }),
    reason: "invalid_id",
  },
  { name: "at the instant zero", span: () => span([], { startNs: 0n }), reason: "invalid_time" },
  {
    name: "at 2^63",
    span: () => span([fixed64(8, 2n ** 63n)], { startNs: 2n ** 63n }),
    reason: "invalid_time",
  },
  {
    name: "with a huge attribute",
    span: () => span([text("nhi.resource.id", "x".repeat(mebibyte))]),
    reason: "value_too_long",
  },
  {
    name: "with invalid UTF-8",
    span: () => span([text("nhi.resource.id", Buffer.from([0x61, 0xff, 0xfe]))]),
    reason: "invalid_utf8",
  },
];

test.each(spans)(
  "a span $name is rejected by itself with a sentence and counted; its neighbour in the same request is stored",
  async ({ span: bad, reason }) => {
    const counter = `${rejections}{reason="${reason}"}`;
    const spanId = Buffer.from(newId(16), "hex");
    const before = await counted(counter);
    const { status, text: answer } = await post(
      up.url,
      Buffer.from(requestOf(bad(), span([], { spanId }))),
      proto,
    );
    expect(status).toBe(200);
    // ExportTraceServiceResponse with partial_success: rejected_spans = 1, then the message.
    expect(answer).toContain("\b\u0001\u0012");
    expect(answer).toMatch(/[a-z]+ [a-z]+/u);
    expect(await stored(spanId.toString("hex"))).toBe("1");
    expect(await counted(counter)).toBe(before + 1);
  },
);

test("an empty body is a valid, empty request", async () => {
  expect(await post(up.url, new Uint8Array(0), proto)).toMatchObject({ status: 200, text: "" });
  expect(await post(up.url, "{}")).toMatchObject({ status: 200, text: "{}" });
});

test("an instant so far ahead that it is no exact number any more is stored, and its chain can be read", async () => {
  const traceId = Buffer.from(newId(32), "hex");
  expect(
    (await post(up.url, Buffer.from(requestOf(span([], { traceId, startNs: 2n ** 63n - 1n }))), proto))
      .status,
  ).toBe(200);
  const { status, json } = await ask(up.url, `/v1/chains/${traceId.toString("hex")}`);
  expect(status).toBe(200);
  expect((json as { chain: { startedAtUs: number } }).chain.startedAtUs).toBe(Number.MAX_SAFE_INTEGER);
});

test("many bombs at once cost no more memory than the limits allow, and the service is well afterwards", async () => {
  const bomb = gzipSync(Buffer.alloc(200 * mebibyte));
  const answers = await Promise.all(Array.from({ length: 24 }, () => post(up.url, bomb, gzip)));
  expect(answers.filter(({ status }) => status !== 413 && status !== 429)).toEqual([]);
  expect(residentMebibytes(up.pid)).toBeLessThan(700);
  expect(await ask(up.url, "/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  expect(await ask(up.url, "/readyz")).toMatchObject({ status: 200, text: "ready\n" });
  expect(await sql(up.clickhouseUrl, "SELECT count() FROM v_dead_letters", { database: "answerable" })).toBe(
    "0",
  );
});

async function stored(spanId: string): Promise<string> {
  return await sql(up.clickhouseUrl, `SELECT count() FROM v_actions WHERE span_id = '${spanId}'`, {
    database: "answerable",
  });
}

async function metrics(): Promise<string> {
  return (await ask(up.url, "/metrics")).text.replaceAll(',role="up"', "");
}

/** Value of a counter, with its labels or summed over all of them. */
async function counted(name: string): Promise<number> {
  return name.includes("{") ? sum(await metrics(), (series) => series === name) : await total(name);
}

async function total(name: string): Promise<number> {
  return sum(await metrics(), (series) => series.startsWith(name));
}

function sum(page: string, isMeant: (series: string) => boolean): number {
  return page
    .split("\n")
    .map((line) => ({
      series: line.slice(0, line.lastIndexOf(" ")),
      value: Number(line.slice(line.lastIndexOf(" ") + 1)),
    }))
    .filter(({ series }) => !series.startsWith("#") && isMeant(series))
    .reduce((total_, { value }) => total_ + value, 0);
}

function residentMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1] ?? 0) / 1024;
}
