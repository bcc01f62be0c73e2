/**
 * Goal: a denied call never reaches what it would have been made of, whatever library makes it, and its host hears of it in the
 * library's own way.
 * Method: the real libraries against real servers and processes, which count what reaches them.
 */
import childProcess from "node:child_process";
import { existsSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as protocol from "@modelcontextprotocol/sdk/shared/protocol.js";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import pg from "pg";
import Cursor from "pg-cursor";
import { request as undiciRequest } from "undici";
import { ActionDenied } from "../../instrumentation/index.ts";
import { childProcessWrapper } from "../../instrumentation/wrappers/child-process.ts";
import { fetchWrapper } from "../../instrumentation/wrappers/fetch.ts";
import { httpWrapper } from "../../instrumentation/wrappers/http.ts";
import { mcpWrapper } from "../../instrumentation/wrappers/mcp.ts";
import { pgWrapper } from "../../instrumentation/wrappers/pg.ts";
import type { Undo, Wrapper } from "../../instrumentation/wrappers/wrapper.ts";
import { type Guarded, guarded } from "../support/guarded.ts";
import { answerTo, type HttpDouble, httpDouble } from "../support/http-double.ts";
import { serverArgs } from "../support/mcp-world.ts";
import { type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { until } from "../support/poll.ts";
import { startPostgres } from "../support/postgres.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { install, type Loaded } from "../support/wrapped-run.ts";

let service: PolicyDouble;
let sdk: Guarded;
let undo: Undo | undefined;

beforeEach(async () => {
  service = await policyDouble();
});
afterEach(async () => {
  undo?.();
  undo = undefined;
  await sdk.stop();
  await service.stop();
});

/** The library, with a guard that lets these operations on these resources pass. */
async function within(
  wrapper: Wrapper,
  operations: string[],
  resources: string[] = ["*"],
  modules: readonly Loaded[] = [],
): Promise<void> {
  service.grant({ operations, resources });
  sdk = await guarded(service.url, { fail: "closed" });
  undo = install(wrapper, modules);
}

const blocked = { status: "denied", verdict: "deny", outcome: "blocked", reason: "outside_scope" };
const allowed = { status: "ok", verdict: "allow", outcome: "allowed", reason: "granted" };

describe("requests", () => {
  let world: HttpDouble;
  beforeEach(async () => {
    world = await httpDouble();
  });
  afterEach(() => world.stop());
  const paths = (): string[] => world.received.map(({ path }) => path);

  test("fetch rejects with the reason, and nothing is sent", async () => {
    await within(fetchWrapper, ["http.get"], [`${world.url}/hello*`]);
    expect(await (await fetch(`${world.url}/hello`)).text()).toBe("hello");
    await expect(fetch(`${world.url}/echo`)).rejects.toThrow(ActionDenied);
    await expect(fetch(`${world.url}/hello`, { method: "POST", body: "x" })).rejects.toThrow(ActionDenied);
    await expect(fetch(new Request(`${world.url}/hello`, { method: "DELETE" }))).rejects.toThrow(
      ActionDenied,
    );
    expect(paths()).toEqual(["/hello"]);
    expect(await sdk.decisions()).toMatchObject([
      { name: "http.get", ...allowed },
      { name: "http.get", ...blocked },
      { name: "http.post", ...blocked },
      { name: "http.delete", ...blocked },
    ]);
  });

  test("to where an answer sends it on, it has to be let through as well", async () => {
    await within(fetchWrapper, ["http.get"], [`${world.url}/redirect`]);
    const failure = (await fetch(`${world.url}/redirect`).catch((error: unknown) => error)) as Error;
    expect(failure.message).toBe("fetch failed");
    expect(String(failure.cause)).toContain("ActionDenied: agent:test may not do http.get");
    expect(paths()).toEqual(["/redirect"]);
  });

  test("what else undici sends is stopped too", async () => {
    await within(fetchWrapper, ["http.get"], [`${world.url}/hello*`]);
    const { body } = await undiciRequest(`${world.url}/hello`);
    expect(await body.text()).toBe("hello");
    await expect(undiciRequest(`${world.url}/echo`)).rejects.toThrow(ActionDenied);
    expect(paths()).toEqual(["/hello"]);
    expect(await sdk.decisions()).toMatchObject([allowed, blocked]);
  });

  test("http.request and http.get throw, and nobody is connected to", async () => {
    await within(httpWrapper, ["http.get"], [`${world.url}/hello*`]);
    const port = Number(new URL(world.url).port);
    expect(await answerTo(http.get(`${world.url}/hello`))).toBe("hello");
    expect(await answerTo(http.request({ host: "127.0.0.1", port, path: "/hello" }).end())).toBe("hello");
    let lookups = 0;
    const lookup = (): void => void (lookups += 1);
    const deny: readonly (() => unknown)[] = [
      () => http.get(`${world.url}/echo`),
      () => http.request(new URL(`${world.url}/hello`), { method: "POST" }),
      () => http.request({ hostname: "127.0.0.1", port, path: "/status/200", headers: ["a", "b"] }),
      () => http.get({ host: "exfiltrated.example", lookup, path: "/hello" }),
      () => http.get(`${world.url}/hello`, { path: "/echo" }),
      () => http.request(Object.create({ host: "127.0.0.1", port, path: "/echo" }) as object),
    ];
    for (const call of deny) expect(call).toThrow(ActionDenied);
    expect(lookups).toBe(0);
    expect(paths()).toEqual(["/hello", "/hello"]);
    expect(await sdk.decisions()).toMatchObject([allowed, allowed, ...deny.map(() => blocked)]);
  });

  test("a request that turns into another one than was asked for is given up", async () => {
    await within(httpWrapper, ["http.get"], [`${world.url}/hello*`]);
    let reads = 0;
    const tricky = {
      host: "127.0.0.1",
      port: new URL(world.url).port,
      get path() {
        reads += 1;
        return reads === 1 ? "/hello" : "/echo";
      },
    };
    expect(() => http.get(tricky)).toThrow(ActionDenied);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(paths()).toEqual([]);
  });

  test("secrets of Vault are judged by their paths", async () => {
    await within(httpWrapper, ["vault.kv.read"], ["kv/data/app/*"]);
    const headers = { "x-vault-token": "S3CRET" };
    await answerTo(http.get(`${world.url}/v1/kv/data/app/db`, { headers }));
    expect(() => http.get(`${world.url}/v1/kv/data/prod/db`, { headers })).toThrow(ActionDenied);
    expect(paths()).toEqual(["/v1/kv/data/app/db"]);
    const [, second] = await sdk.collected.actions();
    expect(second).toMatchObject({
      kind: "secret_read",
      status: "denied",
      resource: { id: "kv/data/prod/db" },
    });
  });
});

describe("programs", () => {
  test("every way to start one is stopped before it begins", async () => {
    const folder = tempFolder("guard");
    const made = join(folder.path, "made");
    await within(childProcessWrapper, ["true"]);
    const { execSync, execFileSync, spawn, spawnSync, exec, execFile, fork } = childProcess;
    const ways: readonly (() => unknown)[] = [
      () => spawn("touch", [made]),
      () => exec(`touch ${made}`),
      () => execFile("touch", [made]),
      () => promisify(execFile)("touch", [made]),
      () => fork(made),
      () => spawnSync("touch", [made]),
      () => execFileSync("touch", [made]),
      () => execSync(`touch ${made}`),
    ];
    for (const way of ways) expect(way).toThrow(ActionDenied);
    expect(spawnSync("true").status).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(made)).toBe(false);
    folder.remove();
    expect(await sdk.decisions()).toMatchObject([...ways.map(() => blocked), allowed]);
  });
});

describe("tools over MCP", () => {
  const modules = [
    { exports: protocol, module: { name: "@modelcontextprotocol/sdk", file: "", version: "1.32.2" } },
  ];

  test("the model is told why by a result, and the server hears nothing", async () => {
    await within(mcpWrapper, ["add"], ["*"], modules);
    const client = new Client({ name: "test", version: "1.0.0" });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: serverArgs("mcp-server.js", false),
      stderr: "pipe",
    });
    await client.connect(transport);
    const sent: string[] = [];
    const send = transport.send.bind(transport);
    transport.send = (message, ...rest) => {
      sent.push(JSON.stringify(message));
      return send(message, ...rest);
    };
    try {
      expect(await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })).toMatchObject({
        content: [{ text: "3" }],
      });
      expect(await client.callTool({ name: "secret", arguments: { key: "S3CRET" } })).toEqual({
        isError: true,
        content: [
          {
            type: "text",
            text: "agent:test may not do secret: no grant covers this operation on this resource (grant g1, policy support 14).",
          },
        ],
      });
      await expect(client.readResource({ uri: "notes://team/plan" })).rejects.toThrow(ActionDenied);
      expect(sent).toHaveLength(1);
      expect(await sdk.decisions()).toMatchObject([allowed, blocked, blocked]);
    } finally {
      await client.close();
    }
  });
});

describe("queries", () => {
  const modules = [{ exports: pg, module: { name: "pg", file: "", version: "8.23.1" } }];

  test("every form hears of it in its own way, and the database doesn't", async () => {
    const server = await startPostgres();
    const { host, port, user, password, database } = server;
    const client = new pg.Client({ host, port, user, password, database });
    try {
      await client.connect();
      await client.query("CREATE TABLE customers (id int)");
      await client.query("INSERT INTO customers VALUES (1)");
      await within(pgWrapper, ["db.select"], ["*"], modules);
      const count = async (): Promise<unknown> =>
        (await client.query<{ n: number }>("SELECT count(*)::int AS n FROM customers")).rows[0]?.n;
      const wipe = "DELETE FROM customers";
      await expect(client.query(wipe)).rejects.toThrow(ActionDenied);
      await expect(client.query({ text: wipe })).rejects.toThrow(ActionDenied);
      const byCallback: unknown[] = await Promise.all([
        new Promise((resolve) => client.query(wipe, resolve)),
        new Promise((resolve) => client.query(wipe, [], resolve)),
        new Promise((resolve) =>
          client.query({ text: wipe, callback: resolve } as unknown as pg.QueryConfig),
        ),
        new Promise((resolve) => client.query(submitted(resolve))),
        new Promise((resolve) => client.query(new Cursor(wipe)).read(1, resolve)),
      ]);
      for (const error of byCallback) expect(error).toBeInstanceOf(ActionDenied);
      expect(await count()).toBe(1);
      const all = await sdk.decisions();
      expect(all).toMatchObject([...Array.from({ length: 7 }, () => blocked), allowed]);
    } finally {
      await client.end();
      await server.stop();
    }
  }, 60_000);

  /** A query that takes part itself. */
  function submitted(onError: (error: Error) => void): pg.Query {
    const query = new pg.Query("DELETE FROM customers");
    query.on("error", onError);
    return query;
  }
});

describe("an approval", () => {
  test("lets exactly one request through", async () => {
    const world = await httpDouble();
    try {
      service.grant({ operations: ["http.*"], ask: true });
      service.say({ kind: "guard_set", defaults: { ungranted: "ask", uncovered: "ask" } });
      service.say({ kind: "grant_revoked", atUs: 2, grantId: "g1" });
      sdk = await guarded(service.url);
      undo = install(fetchWrapper, []);
      const answer = fetch(`${world.url}/echo`, { method: "POST", body: "pay 10" });
      await until("it is asked for", () => service.approvals.length === 1);
      expect(world.received).toEqual([]);
      service.answer("ap-1", "approved");
      expect(await (await answer).text()).toBe("pay 10");
      const second = fetch(`${world.url}/echo`, { method: "POST", body: "pay 99" });
      await until("it is asked for", () => service.approvals.length === 2);
      service.answer("ap-2", "denied");
      await expect(second).rejects.toThrow("ap-2");
      expect(world.received.map(({ body }) => body)).toEqual(["pay 10"]);
      expect(await sdk.decisions()).toMatchObject([
        { status: "ok", verdict: "ask", outcome: "allowed", approval: "ap-1" },
        { status: "denied", verdict: "ask", outcome: "blocked", reason: "approval_denied", approval: "ap-2" },
      ]);
    } finally {
      await world.stop();
    }
  });
});
