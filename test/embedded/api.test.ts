/** Goal: the API answers what it says, and says what is wrong in a sentence; one running `up` for all tests. */
import { deepEqual, equal } from "node:assert/strict";
import { get } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Finding } from "../../schemas/index.ts";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startUp, type Up } from "../support/up.ts";

const folder = tempFolder("api");
let up: Up;
let all: readonly Finding[];

const grant = {
  id: "only-reading",
  grantee: "agent:granted",
  approver: "user:ana",
  policy: { id: "p", version: "1" },
  operations: ["files.read"],
  window: { from: "2026-01-01T00:00:00Z" },
};
const json = (body: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

const at = (instant: string): object => ({
  startTimeUnixNano: `${String(Date.parse(instant))}000000`,
  endTimeUnixNano: `${String(Date.parse(instant))}000000`,
});

beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
  const given = await ask(up.url, "/v1/grants", json({ grants: [grant] }));
  deepEqual([given.status, given.json], [201, { given: 1, unchanged: 0 }]);
  const granted = (name: string, instant: string): object =>
    spanOf(
      { "nhi.identity.id": "agent:granted", "nhi.action.name": name, "nhi.chain.id": "the chain/1" },
      at(instant),
    );
  const spans = [
    granted("files.read", "2026-03-01T10:00:00Z"),
    granted("files.delete", "2026-03-01T10:00:01Z"),
    granted("mail.send", "2026-03-02T10:00:00Z"),
    spanOf({ "nhi.identity.id": "agent:unknown", "nhi.action.name": "op" }, at("2026-03-03T00:00:00Z")),
  ];
  equal((await post(up.url, requestOfSpans(...spans))).text, "{}");
  all = await findings("");
}, 60_000);

afterAll(async () => {
  await up.stop();
  folder.remove();
});

async function findings(query: string): Promise<readonly Finding[]> {
  const answer = await ask(up.url, `/v1/findings${query}`);
  equal(answer.status, 200);
  return (answer.json as { findings: Finding[] }).findings;
}

const named = (found: readonly Finding[]): readonly string[] =>
  found.map((one) => String(one.why["operation"]));

test.each([
  { name: "nothing: all, newest first", query: "", finds: ["op", "mail.send", "files.delete"] },
  { name: "an identity", query: "?identity=agent:granted", finds: ["mail.send", "files.delete"] },
  { name: "an identity nobody is", query: "?identity=agent:nobody", finds: [] },
  { name: "a severity", query: "?severity=high", finds: ["mail.send", "files.delete"] },
  { name: "a severity nobody reached", query: "?severity=critical", finds: [] },
  { name: "an instant", query: "?since=2026-03-02T00:00:00Z", finds: ["op", "mail.send"] },
  { name: "an instant of another zone", query: "?since=2026-03-03T01:00:00%2B01:00", finds: ["op"] },
  { name: "a number", query: "?limit=1", finds: ["op"] },
  {
    name: "several",
    query: "?identity=agent:granted&since=2026-03-02T00:00:00Z&severity=low",
    finds: ["mail.send"],
  },
])("findings are chosen by $name", async ({ query, finds }) => {
  expect(named(await findings(query))).toEqual(finds);
});

test.each([
  ["?severity=loud", "severity"],
  ["?since=yesterday", "since"],
  ["?limit=0", "limit"],
  ["?limit=1001", "limit"],
  ["?severty=high", "severty"],
])("findings%s is refused with a sentence that names %s", async (query, name) => {
  const { status, json: answer } = await ask(up.url, `/v1/findings${query}`);
  expect(status).toBe(400);
  expect((answer as { error: string }).error).toContain(name);
});

test("a process is told by its numbers, of actions and other spans alike, with how many are missing", async () => {
  const numbered = (seq: number): object =>
    spanOf({ "nhi.action.kind": undefined, "service.instance.id": "p/1", "nhi.seq": String(seq) });
  equal((await post(up.url, requestOfSpans(...[0, 1, 3, 7, 7].map(numbered)))).text, "{}");
  expect(await ask(up.url, `/v1/processes/${encodeURIComponent("p/1")}`)).toMatchObject({
    status: 200,
    json: { process: { name: "p/1", spans: 4, firstSeq: 0, lastSeq: 7, missing: 4 } },
  });
});

test("a finding is found by its id and by six digits of it", async () => {
  const [finding] = all;
  for (const length of [32, 6]) {
    expect(await ask(up.url, `/v1/findings/${finding?.id.slice(0, length) ?? ""}`)).toMatchObject({
      status: 200,
      json: { finding },
    });
  }
});

test.each([
  {
    path: "/v1/findings/ffffffffffff",
    says: "no finding has an id that begins with ffffffffffff (6 to 32 hex digits)",
  },
  { path: "/v1/findings/abc", says: "no finding has an id that begins with abc (6 to 32 hex digits)" },
  { path: "/v1/chains/none", says: "there is no chain none" },
  { path: `/v1/chains/${"x".repeat(300)}`, says: `there is no chain ${"x".repeat(300)}` },
  { path: "/v1/processes/none", says: "there is no process none" },
  { path: "/v1/findings/%zz", says: "there is no GET /v1/findings/%zz" },
  { path: "//", says: "there is no GET //" },
  { path: "/v2", says: "there is no GET /v2" },
])("GET $path is a 404 with a sentence", async ({ path, says }) => {
  expect(await ask(up.url, path)).toMatchObject({ status: 404, json: { error: says } });
});

test("a chain is found by its id, whatever characters it holds", async () => {
  const { status, json: answer } = await ask(up.url, `/v1/chains/${encodeURIComponent("the chain/1")}`);
  expect(status).toBe(200);
  expect(answer).toMatchObject({
    chain: { id: "the chain/1", startedAtUs: Date.parse("2026-03-01T10:00:00Z") * 1000 },
  });
});

test("a grant counts from the next action on, and no more once it is taken back", async () => {
  const outcome = async (name: string): Promise<string> => {
    await post(up.url, requestOfSpans(spanOf({ "nhi.identity.id": "agent:later", "nhi.action.name": name })));
    return await sql(
      up.clickhouseUrl,
      `SELECT authority FROM v_actions WHERE identity_id = 'agent:later' AND operation = '${name}'`,
      { database: "answerable" },
    );
  };
  expect(await outcome("first")).toBe("no_grant");
  const later = { ...grant, id: "later/1 é", grantee: "agent:later", operations: ["*"] };
  expect((await ask(up.url, "/v1/grants", json({ grants: [later] }))).status).toBe(201);
  expect(await outcome("second")).toBe("granted");
  const gone = await ask(up.url, `/v1/grants/${encodeURIComponent(later.id)}`, { method: "DELETE" });
  expect(gone).toMatchObject({ status: 200, json: { revoked: later.id } });
  expect(await outcome("third")).toBe("revoked");
  expect(await ask(up.url, `/v1/grants/${encodeURIComponent(later.id)}`, { method: "DELETE" })).toMatchObject(
    {
      status: 404,
      json: { error: "no grant later/1 é stands" },
    },
  );
});

test("a grant that stands already is not given anew, and the list shows what stands", async () => {
  const again = await ask(up.url, "/v1/grants", json({ grants: [grant] }));
  deepEqual([again.status, again.json], [200, { given: 0, unchanged: 1 }]);
  const narrower = { ...grant, policy: { ...grant.policy, version: "next" } };
  expect((await ask(up.url, "/v1/grants", json({ grants: [narrower] }))).json).toEqual({
    given: 1,
    unchanged: 0,
  });
  const { json: list } = await ask(up.url, "/v1/grants");
  expect(list).toMatchObject({
    grants: [{ author: "local", grant: { id: grant.id, policy: { version: "next" } } }],
  });
  await ask(up.url, "/v1/grants", json({ grants: [grant] }));
});

test.each([
  { name: "no JSON", init: { ...json(0), body: "{" }, status: 400, says: "the body is not JSON" },
  { name: "no grants", init: json({}), status: 400, says: "grants" },
  {
    name: "a grant without an approver",
    init: json({ grants: [{ ...grant, approver: undefined }] }),
    status: 400,
    says: "approver",
  },
  {
    name: "a word nobody knows",
    init: json({ grants: [{ ...grant, aprover: "x" }] }),
    status: 400,
    says: "aprover",
  },
  {
    name: "a body over the limit",
    init: json("x".repeat(5_000_000)),
    status: 413,
    says: "the body is over 4194304 bytes; send less at once",
  },
  // Without this a page in a browser on this machine could give grants: such a request needs no leave of ours.
  {
    name: "a type that any web page may send",
    init: { ...json({ grants: [grant] }), headers: { "content-type": "text/plain" } },
    status: 415,
    says: "the Content-Type must be application/json",
  },
])(
  "POST /v1/grants with $name is refused with a sentence, on a connection that stays usable",
  async ({ init, status, says }) => {
    const answer = await ask(up.url, "/v1/grants", init);
    expect(answer.status).toBe(status);
    expect((answer.json as { error: string }).error).toContain(says);
    expect((await ask(up.url, "/healthz")).status).toBe(200);
  },
);

test("a request that came in under another machine's name is refused", async () => {
  const response = await new Promise<number | undefined>((resolve, reject) => {
    const asked = get(`${up.url}/v1/findings`, { headers: { host: "evil.example" } });
    asked.on("response", (answer) => resolve(answer.resume().statusCode)).on("error", reject);
  });
  expect(response).toBe(421);
});

test("/metrics is Prometheus text, and its sums fit what was sent", async () => {
  const { status, headers, text } = await ask(up.url, "/metrics");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const form =
    /^[a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? -?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/u;
  expect(series.filter((line) => !form.test(line))).toEqual([]);
  const declared = new Set(
    Array.from(text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gmu), ([, name]) => name),
  );
  expect(
    series
      .map((line) => line.split(/[{ ]/u)[0]?.replace(/(?<=_seconds)_(?:bucket|sum|count)$/u, ""))
      .filter((name) => !declared.has(name)),
  ).toEqual([]);
  const taken = /^answerable_spans_total\{outcome="action",role="up"\} (\d+)$/mu.exec(text)?.[1];
  expect(taken).toBe(
    await sql(up.clickhouseUrl, "SELECT count() FROM v_actions", { database: "answerable" }),
  );
});
