/**
 * Goal: two services over one Kafka say the same of what was decided, and of one approval one use goes through; nobody approves
 * itself or speaks for others; the way from a decision to a guard is short.
 * Method: two `serve` processes with clients that have tokens, guards' streams on both, 200 tasks closed one after another.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { closingLatency } from "../support/closing-latency.ts";
import { openPolicyStream } from "../support/policy-stream.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { ask } from "../support/spans.ts";
import { tempFolder, type TempFolder } from "../support/temp-folder.ts";

let installation: KafkaInstallation | undefined;
let folder: TempFolder | undefined;
let urls: readonly string[] = [];

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const digest = "ab".repeat(32);

beforeAll(async () => {
  installation = await kafkaInstallation({ partitions: 1 });
  folder = tempFolder("authority-kafka");
  const client = (name: string, may: string, identities = "[]"): string =>
    `    - { name: ${name}, tokenSha256: "${sha256(name)}", may: [${may}], identities: ${identities} }\n`;
  const config = join(folder.path, "answerable.yaml");
  writeFileSync(
    config,
    `http:\n  clients:\n${client("coder", "guard, decide", '["agent:coder"]')}${client("loose", "guard, decide")}${client("ana", "read, decide")}${client("reader", "read")}`,
  );
  const ports = await freePorts(2);
  urls = ports.map((port) => `http://127.0.0.1:${String(port)}`);
  for (const port of ports)
    startRole("serve", {
      ...installation.env,
      ANSWERABLE_CONFIG: config,
      ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(port)}`,
    });
  for (const url of urls)
    await until(
      "serve answers",
      () =>
        fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      60_000,
    );
}, 120_000);

afterAll(async () => {
  await stopRoles();
  await installation?.drop();
  folder?.remove();
});

const send = (at: number, as: string, path: string, body: unknown) =>
  ask(urls[at] ?? "", path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", authorization: `Bearer ${as}` },
  });
const askFor = async (as: string, identityId: string): Promise<string> => {
  const approval = { digest, identityId, operation: "deploy", resources: [] };
  const { json, status } = await send(0, as, "/v1/approvals", { approval });
  expect(status).toBe(201);
  return (json as { approval: { id: string } }).approval.id;
};

test("who may guard whom, and who may answer, is what http.clients says", async () => {
  const status = async (token: string, identity: string): Promise<number> => {
    const stream = await openPolicyStream(urls[0] ?? "", [identity], { token });
    stream.close();
    return stream.status;
  };
  expect(await status("coder", "agent:coder")).toBe(200);
  expect(await status("coder", "agent:other")).toBe(403);
  expect(await status("reader", "agent:coder")).toBe(403);
  expect(await status("nobody", "agent:coder")).toBe(401);
  const call = { identity: { id: "agent:other" }, kind: "tool_call", operation: "x" };
  expect((await send(0, "coder", "/v1/guard", call)).status).toBe(403);
  expect((await send(0, "loose", "/v1/guard", call)).status).toBe(200);
  const id = await askFor("coder", "agent:coder");
  const answer = (as: string) => send(1, as, `/v1/approvals/${id}/answer`, { answer: "approved" });
  expect(await answer("coder")).toMatchObject({
    status: 403,
    json: {
      error: "coder speaks for agent:coder, which asks for this approval, and may not give it to itself",
    },
  });
  const loose = await askFor("loose", "agent:loose");
  expect(await send(1, "loose", `/v1/approvals/${loose}/answer`, { answer: "approved" })).toMatchObject({
    status: 403,
    json: { error: "loose asked for this approval, and may not answer it as well" },
  });
  expect((await answer("reader")).status).toBe(403);
  expect((await answer("ana")).status).toBe(200);
  expect(await answer("loose")).toMatchObject({ status: 409 });
  const unpause = { subject: { kind: "identity", id: "agent:coder" }, standing: "active", reason: "mine" };
  expect((await send(0, "coder", "/v1/standing", unpause)).status).toBe(403);
}, 60_000);

test("of uses through both services at once one goes through", async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await askFor("coder", "agent:coder");
    expect((await send(round % 2, "ana", `/v1/approvals/${id}/answer`, { answer: "approved" })).status).toBe(
      200,
    );
    await until("both know", async () => {
      const both = await Promise.all(
        urls.map((url) => ask(url, `/v1/approvals/${id}`, { headers: { authorization: "Bearer ana" } })),
      );
      return both.every(
        ({ json }) => (json as { approval: { state: string } }).approval.state === "approved",
      );
    });
    const uses = await Promise.all(
      Array.from({ length: 6 }, (_, at) => send(at % 2, "coder", `/v1/approvals/${id}/use`, { digest })),
    );
    expect(uses.map(({ status }) => String(status)).toSorted()).toEqual([
      "200",
      ...Array<string>(5).fill("409"),
    ]);
  }
}, 60_000);

test("a guard of one service hears what another one was told, and where it was counts for both", async () => {
  const [here, there] = await Promise.all(
    urls.map((url) => openPolicyStream(url, ["agent:coder"], { token: "coder" })),
  );
  if (here === undefined || there === undefined) throw new Error("two services were started");
  const set = { subject: { kind: "identity", id: "agent:coder" }, standing: "paused", reason: "drill" };
  expect((await send(0, "ana", "/v1/standing", set)).status).toBe(201);
  const { id } = await there.entry(({ kind }) => kind === "standing_set");
  await here.entry(({ kind }) => kind === "standing_set");
  expect((await send(1, "ana", "/v1/standing", { ...set, standing: "active" })).status).toBe(201);
  const resumed = await openPolicyStream(urls[0] ?? "", ["agent:coder"], { token: "coder", lastEventId: id });
  const next = await resumed.entry(({ kind }) => kind === "standing_set");
  expect(next.data.record).toMatchObject({ standing: "active", author: "ana" });
  expect(resumed.events.some(({ event }) => event === "snapshot")).toBe(false);
  for (const stream of [here, there, resumed]) stream.close();
}, 60_000);

test("200 tasks closed: each is with the guards of both services soon", async () => {
  for (const url of urls) {
    const { p50, p99 } = await closingLatency(urls[0] ?? "", url, { poster: "ana", guard: "coder" });
    process.stderr.write(`kafka: task close to a guard, ms: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}\n`);
    expect(p99).toBeLessThan(1_000);
  }
}, 120_000);
