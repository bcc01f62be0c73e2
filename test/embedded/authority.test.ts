/**
 * Goal: what people decide reaches guards at once, and is answered, used and stored as it was decided.
 * Method: one running `up`; guards' streams, the API and the command line are asked, and ClickHouse afterwards.
 */
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { closingLatency } from "../support/closing-latency.ts";
import { openPolicyStream } from "../support/policy-stream.ts";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("authority");
const secret = "a secret of more than sixteen characters";
const linkSecret = "a secret of more than thirty-two characters";
let up: Up;

beforeAll(async () => {
  const config = join(folder.path, "answerable.yaml");
  writeFileSync(
    config,
    `hooks: [{ name: github, mapping: github, secret: "${secret}" }]
approvals: { baseUrl: "http://127.0.0.1:1", linkSecret: "${linkSecret}" }
`,
  );
  up = await startUp({ dataDir: join(folder.path, "data"), env: { ANSWERABLE_CONFIG: config } });
}, 60_000);

afterAll(async () => {
  await up.stop();
  folder.remove();
});

const json = (body: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});
const send = (path: string, body: unknown) => ask(up.url, path, json(body));
const cli = (...args: string[]) => answerable([...args, "--url", up.url]);
const rows = (query: string): Promise<string> => sql(up.clickhouseUrl, query, { database: "answerable" });
const digest = "ab".repeat(32);
const asked = (identityId: string) => ({
  digest,
  identityId,
  operation: "deploy",
  resources: ["k8s:prod/api"],
  taskId: "CHG-1",
});
const askFor = async (identityId: string, ttlSeconds = 60): Promise<string> => {
  const answer = await send("/v1/approvals", { approval: asked(identityId), ttlSeconds });
  expect(answer.status).toBe(201);
  return (answer.json as { approval: { id: string } }).approval.id;
};

test("a task's opening and close reach a stream, the first as news, later as what stands, and the store", async () => {
  const stream = await openPolicyStream(up.url, ["agent:coder"]);
  expect(stream.events[0]).toMatchObject({ event: "snapshot" });
  const task = { id: "CHG-1", kind: "change", title: "Upgrade", url: "https://example.org/CHG-1" };
  expect(await send("/v1/tasks", { open: [task] })).toMatchObject({ status: 201, json: { opened: 1 } });
  expect(await send("/v1/tasks", { open: [task] })).toMatchObject({ status: 200, json: { unchanged: 1 } });
  await stream.entry((record) => record.kind === "task_opened" && record.task.id === "CHG-1");
  expect(await send("/v1/tasks", { close: [{ id: "CHG-1", reason: "done" }] })).toMatchObject({
    status: 201,
  });
  const { id } = await stream.entry((record) => record.kind === "task_closed");
  stream.close();
  const later = await openPolicyStream(up.url, ["agent:coder"]);
  const kinds = later.events[0]?.data.records?.map(({ record }) => record.kind);
  expect(kinds).toEqual(expect.arrayContaining(["task_opened", "task_closed"]));
  later.close();
  const again = await openPolicyStream(up.url, ["agent:coder"], { lastEventId: id });
  expect(again.events.map(({ event }) => event)).toEqual(["beat"]);
  again.close();
  expect((await ask(up.url, "/v1/tasks?state=closed")).json).toMatchObject({
    tasks: [{ id: "CHG-1", state: "closed", author: "local", reason: "done" }],
  });
  await until("the task is stored", async () => {
    const found = await rows("SELECT state, kind, closed_by FROM v_tasks WHERE task_id = 'CHG-1'");
    return found === "closed\tchange\tlocal";
  });
});

test("a grant that concerned an identity goes on being told when it is given to another", async () => {
  const grant = {
    id: "moves",
    grantee: "agent:mover",
    approver: "user:ana",
    policy: { id: "p", version: "1" },
    operations: ["*"],
  };
  await send("/v1/grants", { grants: [grant] });
  const mover = await openPolicyStream(up.url, ["agent:mover"]);
  const other = await openPolicyStream(up.url, ["agent:elsewhere"]);
  const next = { ...grant, grantee: "agent:elsewhere", policy: { id: "p", version: "2" } };
  await send("/v1/grants", { grants: [next] });
  await other.entry((record) => record.kind === "grant_given");
  await mover.entry((record) => record.kind === "grant_given" && record.grant.grantee === "agent:elsewhere");
  const third = { ...next, grantee: "agent:third", policy: { id: "p", version: "3" } };
  await send("/v1/grants", { grants: [third] });
  const { data } = await mover.entry(
    (record) => record.kind === "grant_given" && record.grant.grantee === "agent:third",
  );
  expect(data.record).toMatchObject({ kind: "grant_given", author: "local" });
  mover.close();
  other.close();
});

test("an approval is answered once and used once, by the very digest that was asked", async () => {
  const stream = await openPolicyStream(up.url, ["agent:deployer"]);
  const id = await askFor("agent:deployer");
  const path = `/v1/approvals/${id}`;
  expect(await send(`${path}/use`, { digest })).toMatchObject({
    status: 409,
    json: { error: "the approval is asked, and nothing may run on it" },
  });
  expect(await cli("approve", id, "--comment", "go on")).toMatchObject({ code: 0 });
  await stream.entry((record) => record.kind === "approval_answered" && record.approvalId === id);
  expect(await send(`${path}/answer`, { answer: "denied" })).toMatchObject({ status: 409 });
  expect((await send(`${path}/use`, { digest: "cd".repeat(32) })).json).toMatchObject({
    error: expect.stringContaining("another action"),
  });
  const uses = await Promise.all(Array.from({ length: 8 }, () => send(`${path}/use`, { digest })));
  expect(uses.map(({ status }) => String(status)).toSorted()).toEqual([
    "200",
    ...Array<string>(7).fill("409"),
  ]);
  expect((await ask(up.url, path)).json).toMatchObject({
    approval: { state: "used", answeredBy: "local", comment: "go on" },
  });
  stream.close();
  const short = await askFor("agent:deployer", 1);
  await until("it has expired", async () => {
    const now = await ask(up.url, `/v1/approvals/${short}`);
    return (now.json as { approval: { state: string } }).approval.state === "expired";
  });
  expect(await send(`/v1/approvals/${short}/answer`, { answer: "approved" })).toMatchObject({ status: 409 });
  await until("both are stored", async () => {
    const found = await rows(
      "SELECT state, answered_by FROM v_approvals WHERE identity_id = 'agent:deployer' ORDER BY asked_at",
    );
    return found === "used\tlocal\nexpired";
  });
}, 30_000);

test("a signed link shows what is asked, escaped, and answers as its reader; any other token doesn't", async () => {
  const id = await askFor("<script>alert(1)</script>");
  const link = await cli("approval-link", id, "--for", "user:ana");
  const path = link.out.trim().replace("http://127.0.0.1:1", "");
  const page = await ask(up.url, path);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.text).not.toContain("<script>");
  expect(page.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  const token = new URLSearchParams(path.split("?")[1]).get("token") ?? "";
  const answer = (with_: string) =>
    ask(up.url, `/v1/approvals/${id}/link`, {
      method: "POST",
      body: new URLSearchParams({ token: with_, answer: "denied", comment: "" }),
    });
  expect((await answer(`${token.slice(0, -2)}AA`)).status).toBe(403);
  const other = await askFor("agent:other");
  expect((await ask(up.url, path.replace(id, other))).status).toBe(403);
  expect((await answer(token)).status).toBe(200);
  expect((await answer(token)).status).toBe(409);
  expect((await ask(up.url, `/v1/approvals/${id}`)).json).toMatchObject({
    approval: { state: "denied", answeredBy: "user:ana" },
  });
  expect(await cli("approval-link", other, "--for", "agent:other")).toMatchObject({
    code: 1,
    err: expect.stringContaining("may not give it to itself"),
  });
});

test("a paused identity is asked about, for as long as it is paused, and the guard's answer is stored", async () => {
  const call = {
    identity: { id: "agent:loose" },
    kind: "tool_call",
    operation: "mail.send",
    resources: ["x"],
  };
  expect((await send("/v1/guard", call)).json).toMatchObject({ verdict: "allow", reason: "no_grant" });
  const stream = await openPolicyStream(up.url, ["agent:loose"]);
  const set = await cli("standing", "agent:loose", "--set", "paused", "--reason", "looks odd", "--for", "1h");
  expect(set).toMatchObject({ code: 0, out: expect.stringContaining("agent:loose is paused until") });
  await stream.entry((record) => record.kind === "standing_set");
  stream.close();
  const held = await send("/v1/guard", call);
  expect(held.json).toMatchObject({
    verdict: "ask",
    reason: "standing_paused",
    attributes: { "nhi.decision.verdict": "ask", "nhi.decision.outcome": "asked" },
  });
  expect((await cli("standings")).out).toContain("agent:loose is paused");
  expect(await cli("standing", "agent:loose", "--set", "active", "--reason", "was a drill")).toMatchObject({
    code: 0,
  });
  expect((await send("/v1/guard", call)).json).toMatchObject({ verdict: "allow" });
  await until("decisions are stored", async () => {
    const found = await rows(
      "SELECT verdict, reason, origin FROM v_decisions WHERE identity_id = 'agent:loose' ORDER BY started_at",
    );
    return found === "allow\tno_grant\tservice\nask\tstanding_paused\tservice\nallow\tno_grant\tservice";
  });
});

test("what shadow guards would have held back is reported", async () => {
  const shadow = {
    "nhi.decision.verdict": "deny",
    "nhi.decision.outcome": "observed",
    "nhi.decision.reason": "outside_scope",
  };
  const span = () => spanOf({ "nhi.identity.id": "agent:shadow", "nhi.action.name": "db.drop", ...shadow });
  await post(up.url, requestOfSpans(span(), span()));
  expect((await cli("shadow-report")).out).toMatch(
    /^agent:shadow {2}db\.drop: 2 would have been denied \(outside_scope\)/u,
  );
});

test("a signed message of GitHub opens a task; a wrong signature, a repetition and an old one do nothing", async () => {
  const issue = JSON.parse(
    readFileSync(join(repositoryRoot, "test/serve/hooks/github-issue-opened.json"), "utf8"),
  );
  issue.issue.updated_at = new Date().toISOString();
  const body = JSON.stringify(issue);
  const signed = (text: string, key = secret) =>
    `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
  const deliver = (text: string, signature: string) =>
    ask(up.url, "/v1/hooks/github", {
      method: "POST",
      body: text,
      headers: { "x-hub-signature-256": signature },
    });
  expect(await deliver(body, signed(body, "another secret"))).toMatchObject({ status: 401 });
  expect(await deliver(`${body} `, signed(body))).toMatchObject({ status: 401 });
  expect(await deliver(body, signed(body))).toMatchObject({ status: 200, json: { outcome: "taken" } });
  expect(await deliver(body, signed(body))).toMatchObject({ status: 200, json: { outcome: "repeated" } });
  expect((await cli("tasks", "--json")).out).toContain('"id":"acme/payments#42"');
  const old = JSON.stringify({
    ...issue,
    action: "closed",
    issue: { ...issue.issue, updated_at: "2026-02-03T04:05:06Z" },
  });
  expect(await deliver(old, signed(old))).toMatchObject({ status: 200, json: { outcome: "late" } });
  issue.action = "closed";
  const closed = JSON.stringify(issue);
  expect(await deliver(closed, signed(closed))).toMatchObject({ status: 200, json: { outcome: "taken" } });
  expect((await cli("tasks")).out).not.toContain("acme/payments#42");
  expect((await ask(up.url, "/v1/hooks/jira", { method: "POST", body: "{}" })).status).toBe(404);
});

test("200 tasks closed: each is with a guard soon", async () => {
  const { p50, p99 } = await closingLatency(up.url, up.url);
  process.stderr.write(`embedded: task close to a guard, ms: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}\n`);
  expect(p99).toBeLessThan(1_000);
}, 60_000);

test("500 guards hear one decision, and a stop ends their streams in order", async () => {
  const streams = await Promise.all(
    Array.from({ length: 500 }, (_, at) => openPolicyStream(up.url, [`agent:${at}`])),
  );
  expect(streams.filter(({ status }) => status === 200)).toHaveLength(500);
  const startedAtMs = performance.now();
  await send("/v1/standing", {
    subject: { kind: "chain", id: "c" },
    standing: "revoked",
    reason: "all of it",
  });
  const heard = await Promise.all(
    streams.map((one) => one.entry((record) => record.kind === "standing_set")),
  );
  const slowestMs = Math.max(...heard.map(({ atMs }) => atMs)) - startedAtMs;
  process.stderr.write(`500 streams: the last heard after ${slowestMs.toFixed(0)} ms\n`);
  expect(slowestMs).toBeLessThan(2_000);
  for (const stream of streams.slice(10)) stream.close();
  const stopAtMs = performance.now();
  const ended = await up.stop();
  expect(ended.code).toBe(0);
  expect(performance.now() - stopAtMs).toBeLessThan(9_000);
  expect(streams.slice(0, 10).every((one) => one.isOver())).toBe(true);
}, 60_000);
