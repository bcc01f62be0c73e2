/**
 * Goal: whoever sees nothing arrive learns why, and what to do.
 * Method: `answerable doctor` runs as a user runs it, in an app's folder, against a real receiver, a wrong address, a wrong
 * token, and servers that are no receiver.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { repositoryRoot } from "../support/repository.ts";
import { ask } from "../support/spans.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, type Said, startUp, type Up } from "../support/up.ts";

const tokens = { all: "token-of-all", sender: "token-of-sender" };
const digest = (token: string): string => createHash("sha256").update(token).digest("hex");
const settings = `http:
  clients:
    - { name: all, tenant: acme, tokenSha256: "${digest(tokens.all)}", identities: ["*"], may: [send, read] }
    - { name: sender, tenant: acme, tokenSha256: "${digest(tokens.sender)}", identities: ["agent:triage"], may: [send] }
`;

const folder = tempFolder("doctor");
const app = join(folder.path, "app");
const servers: Server[] = [];
let up: Up;

beforeAll(async () => {
  mkdirSync(join(app, "node_modules"), { recursive: true });
  symlinkSync(repositoryRoot, join(app, "node_modules/answerable"));
  // As npm puts it there; the app's copy is the one that is asked whether spans are recorded.
  mkdirSync(join(app, "node_modules/@opentelemetry"));
  symlinkSync(
    join(repositoryRoot, "node_modules/@opentelemetry/api"),
    join(app, "node_modules/@opentelemetry/api"),
  );
  const config = join(folder.path, "answerable.yaml");
  writeFileSync(config, settings);
  up = await startUp({
    dataDir: join(folder.path, "data"),
    host: "0.0.0.0",
    env: { ANSWERABLE_CONFIG: config },
  });
}, 60_000);
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
afterAll(async () => {
  await up.stop();
  folder.remove();
});

interface Told {
  readonly isHealthy: boolean;
  readonly checks: readonly { id: string; state: string; says: string; advice?: string }[];
}

async function doctor(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> {
  const as = {
    ANSWERABLE_IDENTITY: "agent:triage",
    OTEL_RESOURCE_ATTRIBUTES: "nhi.identity.id=agent:triage",
  };
  return await answerable(["doctor", ...args], { ...as, ...env }, undefined, 25_000, app);
}

/** What was told of one thing, and the status. */
async function told(env: Readonly<Record<string, string>>): Promise<Told & { readonly code: number | null }> {
  const { out, code } = await doctor(env, "--json");
  return { ...(JSON.parse(out) as Told), code };
}

const of = ({ checks }: Told, id: string): object | undefined => checks.find((one) => one.id === id);

async function serverOf(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

describe("with a receiver that takes spans", () => {
  test("all is well: the span is taken, stored and found again, and no action or finding came of it", async () => {
    const report = await told({ ANSWERABLE_ENDPOINT: up.url, ANSWERABLE_TOKEN: tokens.all });
    expect(of(report, "receiver")).toMatchObject({ state: "ok" });
    expect(of(report, "stored")).toMatchObject({ state: "ok" });
    expect(of(report, "drops")).toMatchObject({ state: "ok", says: "no span is missing" });
    expect(of(report, "identity")).toMatchObject({ state: "ok" });
    expect([report.isHealthy, report.code]).toEqual([true, 0]);
    const headers = { authorization: `Bearer ${tokens.all}` };
    expect(await ask(up.url, "/v1/findings", { headers })).toMatchObject({ json: { findings: [] } });
  });

  test("lines for people say the same, and no secret", async () => {
    const { out, err, code } = await doctor({ ANSWERABLE_ENDPOINT: up.url, ANSWERABLE_TOKEN: tokens.all });
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toContain(`ok       Node ${process.versions.node}\n`);
    expect(out).toContain(`ok       a span sent to ${up.url}/v1/traces was taken\n`);
    expect(out).toContain("ok       the receiver has stored it, and says so when asked\n");
    expect(out).not.toContain(tokens.all);
  });

  test("a token that may only send is well, and says what is not known", async () => {
    const report = await told({ ANSWERABLE_ENDPOINT: up.url, ANSWERABLE_TOKEN: tokens.sender });
    expect(of(report, "receiver")).toMatchObject({ state: "ok" });
    expect(of(report, "stored")).toMatchObject({ state: "note" });
    expect(report.code).toBe(0);
  });

  test("an identity that the token may not speak for is told, though the answer is 200", async () => {
    const report = await told({
      ANSWERABLE_ENDPOINT: up.url,
      ANSWERABLE_TOKEN: tokens.sender,
      ANSWERABLE_IDENTITY: "agent:other",
      OTEL_RESOURCE_ATTRIBUTES: "nhi.identity.id=agent:other",
    });
    expect(of(report, "receiver")).toMatchObject({
      state: "trouble",
      says: expect.stringContaining("sender may not speak for the identity it names"),
      advice: expect.stringContaining("`identities`"),
    });
    expect(report.code).toBe(1);
  });

  test.each([
    {
      name: "a wrong token",
      env: { ANSWERABLE_TOKEN: "wrong" },
      says: "answers 401",
      advice: "ANSWERABLE_TOKEN",
    },
    { name: "no token", env: {}, says: "answers 401", advice: "ANSWERABLE_TOKEN" },
    {
      name: "a wrong path",
      path: "/collector",
      env: { ANSWERABLE_TOKEN: tokens.all },
      says: "answers 404",
      advice: "path",
    },
  ])("$name is told with what to do", async ({ env, path = "", says, advice }) => {
    const report = await told({ ANSWERABLE_ENDPOINT: `${up.url}${path}`, ...env });
    expect(of(report, "receiver")).toMatchObject({
      state: "trouble",
      says: expect.stringContaining(says),
      advice: expect.stringContaining(advice),
    });
    expect([report.isHealthy, report.code]).toEqual([false, 1]);
  });
});

describe("with something else at the address", () => {
  test("nothing listens there", async () => {
    const [port = 0] = await freePorts(1);
    const { out, err, code } = await doctor({ ANSWERABLE_ENDPOINT: `http://127.0.0.1:${String(port)}` });
    expect(out).toMatch(
      /^trouble {2}a span sent to .* was not taken: cannot reach .*: ECONNREFUSED\n {9}→ Start the receiver/mu,
    );
    expect({ err, code }).toEqual({ err: "one thing must be done\n", code: 1 });
  });

  test("a receiver that is no Answerable takes the span, and that is all that is said", async () => {
    const url = await serverOf((request, response) => {
      request.resume().on("end", () => response.writeHead(request.method === "POST" ? 200 : 404).end());
    });
    const report = await told({ ANSWERABLE_ENDPOINT: url });
    expect(of(report, "receiver")).toMatchObject({ state: "ok" });
    expect(of(report, "stored")).toMatchObject({ state: "note" });
    expect(report.code).toBe(0);
  });

  test("a server that never answers", async () => {
    const url = await serverOf((request) => void request.resume());
    const report = await told({ ANSWERABLE_ENDPOINT: url });
    expect(of(report, "receiver")).toMatchObject({
      state: "trouble",
      says: expect.stringContaining("no answer within 5000 ms"),
    });
  });

  test("a server that speaks https where http is said, the other way around", async () => {
    const report = await told({
      ANSWERABLE_ENDPOINT: up.url.replace("http:", "https:"),
      ANSWERABLE_TOKEN: tokens.all,
    });
    expect(of(report, "receiver")).toMatchObject({
      state: "trouble",
      advice: expect.stringContaining("https"),
    });
  });
});

describe("of the app", () => {
  test("settings of the SDK are none of the service's, and switched off is told", async () => {
    const report = await told({ ANSWERABLE_DISABLED: "1", ANSWERABLE_KEY: "short" });
    expect(of(report, "on")).toMatchObject({ state: "trouble" });
    expect(of(report, "settings")).toMatchObject({ says: "the key has less than 16 bytes and is not used" });
    expect(of(report, "receiver")).toBeUndefined();
  });

  test("a folder without answerable is told", async () => {
    const { out } = await answerable(["doctor", "--json"], {}, undefined, 25_000, folder.path);
    expect(of(JSON.parse(out) as Told, "answerable")).toMatchObject({ state: "trouble" });
  });

  test("two lines of OpenTelemetry's API are told with their places", async () => {
    const copies = join(folder.path, "skewed");
    for (const [at, version] of [
      ["node_modules/@opentelemetry/api", "1.9.1"],
      ["node_modules/agents/node_modules/@opentelemetry/api", "1.10.0"],
    ] as const) {
      mkdirSync(join(copies, at), { recursive: true });
      writeFileSync(
        join(copies, at, "package.json"),
        JSON.stringify({ name: "@opentelemetry/api", version }),
      );
    }
    const { out, code } = await answerable(["doctor", "--json"], {}, undefined, 25_000, copies);
    expect(of(JSON.parse(out) as Told, "api")).toMatchObject({
      state: "trouble",
      says: expect.stringContaining("1.10.0 (node_modules/agents/node_modules/@opentelemetry/api)"),
    });
    expect(code).toBe(1);
  });
});
