/**
 * Goal: whatever file of OTLP somebody has, they learn what attribution makes of it and what it lacks, and a hostile or
 * damaged one costs neither memory nor a stack trace.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "@jest/globals";
import { protobufFromJson } from "../../detector/decode/index.ts";
import { lookAtFile } from "../../detector/doctor/file-doctor.ts";
import { requestBytesMax } from "../../detector/doctor/cutter.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { type JsonSpan, spanOf } from "../support/spans.ts";
import { tempFolder } from "../support/temp-folder.ts";

const folder = tempFolder("spans-file");
afterAll(() => folder.remove());
const attributor = shippedAttributor();
let files = 0;

async function lookAt(
  content: string | Uint8Array,
  examples = 3,
): Promise<Awaited<ReturnType<typeof lookAtFile>>> {
  files += 1;
  const path = join(folder.path, `file-${String(files)}`);
  writeFileSync(path, content);
  return await lookAtFile(path, attributor, examples);
}

const request = (...spans: readonly JsonSpan[]): object => ({
  resourceSpans: [{ scopeSpans: [{ scope: { name: "test-lib" }, spans }] }],
});
const whole = {
  "nhi.identity.id": "agent:a",
  "nhi.identity.kind": "ai_agent",
  "nhi.action.name": "t",
  "nhi.chain": "set below",
  "nhi.session.id": "s",
  "nhi.grant.id": "g",
  "nhi.seq": "0",
  "service.instance.id": "p",
};
/** An action that lacks nothing. */
function wholeSpan(): JsonSpan {
  const span = spanOf(whole);
  const attributes = span.attributes as { key: string; value: object }[];
  const chain = attributes.find(({ key }) => key === "nhi.chain");
  if (chain !== undefined) chain.value = { arrayValue: { values: [{ stringValue: "user:ana" }] } };
  return span;
}
const nothing = (): JsonSpan => ({ ...spanOf({}), name: "GET /health", attributes: [] });
const protobuf = (value: object): Uint8Array => {
  const made = protobufFromJson(Buffer.from(JSON.stringify(value)));
  if (!made.ok) throw new Error(made.message);
  return made.bytes;
};
const framed = (...requests: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    requests.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

const two = [request(wholeSpan(), nothing()), request(wholeSpan())] as const;
const line = two.map((one) => JSON.stringify(one)).join("\n");

describe("every form of a file says the same", () => {
  test.each<[string, string | Uint8Array]>([
    ["a line each, as the Collector writes", `${line}\n`],
    ["a line each, the last without an end, with empty lines", `\n\n${line.replace("\n", "\r\n\r\n")}`],
    ["indented documents in a row", two.map((one) => JSON.stringify(one, undefined, 2)).join("\n")],
    ["a list of documents", JSON.stringify(two, undefined, "\t")],
    ["with a byte order mark", `\uFEFF${line}`],
    ["gzip", gzipSync(line)],
    ["protobuf with lengths, as the Collector writes", framed(...two.map(protobuf))],
    ["protobuf of one request", protobuf({ resourceSpans: two.flatMap((one) => Object.values(one).flat()) })],
    ["protobuf with lengths in gzip", gzipSync(framed(...two.map(protobuf)))],
  ])("%s", async (_, content) => {
    const { checks, report } = await lookAt(content);
    expect(report).toMatchObject({
      spans: 3,
      actions: 2,
      noAction: 1,
      rules: [{ name: "nhi", count: 2 }],
      identities: [{ name: "agent:a", count: 2, strength: "claimed", rule: "nhi" }],
      without: [{ name: "test-lib\0GET /health", count: 1 }],
      refused: [],
    });
    expect(report.lacks.filter(({ count }) => count > 0)).toEqual([]);
    expect(checks).toEqual([{ id: "actions", state: "ok", says: "2 of 3 spans are actions, 1 are none" }]);
  });
});

test("what a file has of a collector's stamps is nobody's word: it says what it would say without them", async () => {
  const stamped = spanOf({ ...whole, "nhi.bound.id": "agent:b", "nhi.bound.strength": "verified" });
  const plain = spanOf(whole);
  const of = async (span: JsonSpan): Promise<unknown> => lookAt(JSON.stringify(request(span)));
  expect(await of(stamped)).toEqual(await of(plain));
});

describe("what attribution lacks is counted, with examples", () => {
  test("of spans of another library", async () => {
    const query = {
      "nhi.action.kind": undefined,
      "db.system.name": "postgresql",
      "db.operation.name": "SELECT",
      "service.name": "shop",
    };
    const { attributes, ...span } = spanOf(query);
    const kept = (attributes as { key: string }[]).filter(({ key }) => key !== "nhi.action.kind");
    const foreign = { ...span, kind: 3, attributes: kept };
    const { checks, report } = await lookAt(JSON.stringify(request(foreign, { ...foreign })), 1);
    expect(report.rules).toEqual([{ name: "db", count: 2 }]);
    expect(report.identities).toEqual([
      { name: "svc:shop", count: 2, strength: "inferred", rule: "service" },
    ]);
    const lacking = report.lacks.filter(({ count }) => count > 0);
    expect(lacking.map(({ lack, count }) => [lack, count])).toEqual([
      ["strength", 2],
      ["chain", 2],
      ["session", 2],
      ["grant", 2],
      ["seq", 2],
    ]);
    expect(lacking[0]?.examples).toEqual([
      {
        traceId: span.traceId,
        spanId: span.spanId,
        name: "test",
        scope: "test-lib",
        rule: "db",
        identity: "svc:shop",
      },
    ]);
    expect(checks.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "actions ok",
      "strength note",
      "chain note",
      "session note",
      "grant note",
      "seq note",
    ]);
  });

  test("of nobody's spans, which is trouble", async () => {
    const { checks } = await lookAt(JSON.stringify(request(spanOf({ "nhi.action.name": "t" }))));
    expect(checks.find(({ id }) => id === "identity")).toMatchObject({ state: "trouble" });
  });

  test("records of a beginning are told apart", async () => {
    const span = spanOf({ ...whole, "nhi.phase": "start" });
    expect((await lookAt(JSON.stringify(request(span)))).report).toMatchObject({ actions: 1, starts: 1 });
  });

  test("spans that would be refused", async () => {
    const { checks, report } = await lookAt(
      JSON.stringify(request({ ...wholeSpan(), traceId: "00" }, wholeSpan())),
    );
    expect(report).toMatchObject({ spans: 2, actions: 1 });
    expect(checks.find(({ id }) => id === "refused")).toMatchObject({
      state: "trouble",
      says: expect.stringContaining("1 spans would be refused") as unknown,
    });
  });

  test("no action at all", async () => {
    const { checks } = await lookAt(JSON.stringify(request(nothing())));
    expect(checks).toMatchObject([{ id: "actions", state: "trouble" }]);
  });
});

describe("a damaged or hostile file", () => {
  const unusable = async (content: string | Uint8Array): Promise<string | undefined> =>
    (await lookAt(content)).checks.find(({ id }) => id === "requests")?.says;

  test.each<[string, string | Uint8Array, string, number]>([
    ["a line that is cut off costs itself alone", `${line.slice(0, 200)}\n${line}\n`, "1 requests", 3],
    ["a line cut within a text", `{"resourceSpans":[{"a":"b\n${line}\n`, "1 requests", 3],
    ["a line that is none", `{"resourceSpans":[]}\nhello\n${line}\n`, "1 requests", 3],
    ["the end is missing", line.slice(0, -5), "cut off", 2],
    [
      "protobuf that is cut off",
      framed(...two.map(protobuf)).subarray(0, -3),
      "in the middle of a request",
      2,
    ],
    ["a wrong type", JSON.stringify({ resourceSpans: 7 }), "resourceSpans is not an array", 0],
    ["nesting without an end", `{"resourceSpans":${"[".repeat(100_000)}`, "cut off", 0],
    ["nesting with an end", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, "nested deeper", 0],
  ])("%s", async (_, content, says, spans) => {
    const { checks, report } = await lookAt(content);
    expect(checks.find(({ id }) => id === "requests")?.says).toContain(says);
    expect(report.spans).toBe(spans);
  });

  test("a request that is too long is passed over, and what follows is read", async () => {
    const long = `{"resourceSpans":[],"x":"${"y".repeat(requestBytesMax)}"}`;
    const { checks, report } = await lookAt(gzipSync(`${long}\n${line}`));
    expect(checks.find(({ id }) => id === "requests")?.says).toContain("longer than 16 MiB");
    expect(report.spans).toBe(3);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(requestBytesMax + 1);
    const body = Buffer.concat([length, Buffer.alloc(requestBytesMax + 1), framed(protobuf(two[0]))]);
    expect((await lookAt(gzipSync(body))).report.spans).toBe(2);
  });

  test("millions of empty objects are not parsed", async () => {
    expect(await unusable(`{"resourceSpans":[${"{},".repeat(2_000_000)}{}]}`)).toContain("objects and lists");
  });

  test("thousands of identities and names are counted together", async () => {
    const spans = Array.from({ length: 3000 }, (_, nth) =>
      spanOf({ "nhi.identity.id": `agent:${String(nth)}`, "nhi.action.name": "t" }),
    );
    const { report } = await lookAt(JSON.stringify(request(...spans)));
    expect(report.identities).toHaveLength(1001);
    expect(report.identities.at(-1)).toMatchObject({ name: "(others)", count: 2000 });
  });

  test("nothing, logs, or a stretch of spaces hold no span", async () => {
    for (const content of ["", " \n ".repeat(100_000), JSON.stringify({ resourceLogs: [{}] })])
      expect((await lookAt(content)).checks).toMatchObject([{ id: "spans", state: "trouble" }]);
  });

  test.each<[string, string | Uint8Array, string]>([
    ["another kind of file", "PK\u0003\u0004 a zip", "neither OTLP in JSON nor in protobuf"],
    ["damaged gzip", gzipSync(line).subarray(0, 40), "gzip data is damaged or cut off"],
  ])("%s is an error that names the file", async (_, content, says) => {
    await expect(lookAt(content)).rejects.toThrow(new RegExp(`^cannot read /.*file-\\d+: .*${says}`, "u"));
  });

  test("no file, and a folder", async () => {
    await expect(lookAtFile(join(folder.path, "none"), attributor, 3)).rejects.toThrow(
      "there is no such file",
    );
    await expect(lookAtFile(folder.path, attributor, 3)).rejects.toThrow("it is a folder");
  });
});
