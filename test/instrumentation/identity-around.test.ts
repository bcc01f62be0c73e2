/**
 * Goal: the edges of the search (files, requests, the list of issuers) are bounded and open to nobody.
 * Method: real files, real servers with and without TLS on loopback.
 */
import { execFileSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, get, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { isTracingSuppressed } from "@opentelemetry/core";
import { aroundProcess, readFile } from "../../instrumentation/identity/around.ts";
import { httpFetch, isAllowed } from "../../instrumentation/identity/http.ts";
import { parseIssuers } from "../../instrumentation/identity/issuers.ts";
import { kubernetes } from "../../instrumentation/identity/kubernetes.ts";
import { startIssuer } from "../support/issuer.ts";
import { podClaims } from "../support/recorded-claims.ts";
import { tempFolder } from "../support/temp-folder.ts";

const folder = tempFolder("around");
const file = (name: string): string => join(folder.path, name);

beforeAll(() => {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("ca.key")];
  const names = ["-subj", "/CN=kube", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", "-days", "1", ...names, ...key, "-out", file("ca.pem")], {
    stdio: "pipe",
  });
});
afterAll(() => folder.remove());

describe("a file", () => {
  test("is read up to its limit and not beyond", async () => {
    writeFileSync(file("ten"), "0123456789");
    expect(Buffer.from((await readFile(file("ten"), 10)) ?? []).toString()).toBe("0123456789");
    expect(await readFile(file("ten"), 9)).toBeUndefined();
  });

  test("that is none is nothing", async () => {
    mkdirSync(file("folder"));
    execFileSync("mkfifo", [file("pipe")]);
    for (const path of [
      file("absent"),
      file("folder"),
      file("pipe"),
      "/dev/null",
      "/dev/zero",
      "/proc/self/mem",
      "a\0b",
      "",
    ])
      expect(await readFile(path, 1000)).toBeUndefined();
  });
});

describe("a request", () => {
  test.each([
    "https://login.acme.example/keys",
    "http://localhost:8080/keys",
    "http://127.8.0.1/keys",
    "http://[::1]:5/keys",
    "http://169.254.170.2/v2/credentials",
  ])("to %s is allowed", (url) => {
    expect(isAllowed(url)).toBe(true);
  });

  test.each([
    "http://169.254.169.254/latest/meta-data",
    "http://login.acme.example/keys",
    "http://127.0.0.1.acme.example/keys",
    "http://localhost.acme.example/keys",
    "https://user:password@acme.example/keys",
    "file:///etc/passwd",
    "data:application/json,{}",
    "keys",
  ])("to %s is not allowed", async (url) => {
    expect(isAllowed(url)).toBe(false);
    await expect(httpFetch(url)).rejects.toThrow("neither https nor on this machine");
  });

  test("ends when its time is up, also in the middle of an answer, and leaves no connection behind", async () => {
    const left: Promise<unknown>[] = [];
    const silent = await serve((request) => void left.push(once(request.socket, "close")));
    const slow = await serve((request, response) => {
      left.push(once(request.socket, "close"));
      response.writeHead(200).write("x");
    });
    for (const { url } of [silent, slow])
      await expect(httpFetch(url, { timeoutMs: 100 })).rejects.toThrow("no answer within 100 ms");
    expect(await Promise.all(left)).toHaveLength(2);
    await Promise.all([silent.stop(), slow.stop()]);
  });

  test("takes no more than its limit", async () => {
    const server = await serve((_, response) => response.end("x".repeat(1001)));
    await expect(httpFetch(server.url, { bytesMax: 1000 })).rejects.toThrow("longer than 1000 bytes");
    expect((await httpFetch(server.url, { bytesMax: 1001 })).body.length).toBe(1001);
    await server.stop();
  });

  test("that fails tells the kind of failure, and not the address", async () => {
    const server = await serve(() => {});
    await server.stop();
    await expect(httpFetch(`${server.url}/secret-path`)).rejects.toThrow(/^not reachable \(ECONNREFUSED\)$/u);
  });

  test("is made where OpenTelemetry makes no spans, and what follows is as before", async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    const seen: boolean[] = [];
    const note = (): void => void seen.push(isTracingSuppressed(context.active()));
    subscribe("http.client.request.start", note);
    const server = await serve((_, response) => response.end("x"));
    try {
      await httpFetch(server.url);
      await new Promise((resolve) => get(server.url, resolve));
    } finally {
      unsubscribe("http.client.request.start", note);
      context.disable();
      await server.stop();
    }
    expect(seen).toEqual([true, false]);
  });

  test("a broken answer is a failure", async () => {
    const server = await serve(
      (request) => void request.socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx"),
    );
    await expect(httpFetch(server.url)).rejects.toThrow("not reachable (ECONNRESET)");
    await server.stop();
  });
});

test("a pod's token is checked with the keys of an API server whose certificate the pod was given", async () => {
  const issuer = await startIssuer();
  const seen: (string | undefined)[] = [];
  const server = createServer(
    { key: readFileSync(file("ca.key")), cert: readFileSync(file("ca.pem")) },
    (request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify({ keys: issuer.keys }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) };
  const token = await issuer.sign(podClaims);
  const { around } = await aroundProcess({ env, nowMs: Date.now });
  const look = async (certificate: string): Promise<unknown> =>
    await kubernetes.find({
      ...around,
      readFile: async (path) => Buffer.from(path.endsWith("ca.crt") ? certificate : token),
    });
  expect(await look(readFileSync(file("ca.pem"), "utf8"))).toMatchObject({
    found: { source: "k8s_token", verified: true },
  });
  expect(seen).toEqual([`Bearer ${token}`]);
  const other = execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-subj",
      "/CN=x",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "/dev/null",
    ],
    { stdio: "pipe" },
  );
  expect(await look(other.toString())).toMatchObject({
    found: { source: "jwt_unverified", verified: false },
  });
  expect(seen).toHaveLength(1);
  server.closeAllConnections();
  await Promise.all([new Promise((resolve) => server.close(resolve)), issuer.stop()]);
});

describe("trusted issuers", () => {
  test("are addresses, or entries of JSON", () => {
    expect(parseIssuers(" https://a.example , https://b.example/realm ")).toEqual({
      issuers: [{ issuer: "https://a.example" }, { issuer: "https://b.example/realm" }],
      problems: [],
    });
    const entry = {
      issuer: "acme",
      jwks: { keys: [] },
      audience: "crm",
      algorithms: ["ES256"],
      realm: "acme",
    };
    expect(parseIssuers(JSON.stringify([entry])).issuers).toEqual([{ ...entry, audience: ["crm"] }]);
    expect(parseIssuers(JSON.stringify(entry)).issuers).toHaveLength(1);
    expect(parseIssuers("")).toEqual({ issuers: [], problems: [] });
  });

  test.each([
    ["[{", "the list of issuers is no JSON"],
    ["[5]", "issuer 1: is no object"],
    ["[{}]", "issuer 1: issuer is missing, or no address"],
    [
      "http://login.acme.example",
      "issuer 1: without jwksUri and jwks, the issuer has to be an https address",
    ],
    [
      '[{"issuer":"a","jwksUri":"http://acme.example"}]',
      "issuer 1: jwksUri is neither https nor on this machine",
    ],
    ['[{"issuer":"a","jwks":{"keys":5}}]', "issuer 1: jwks is no key set"],
    [
      '[{"issuer":"https://a","audience":[5]}]',
      "issuer 1: audience and algorithms are texts or lists of them",
    ],
    ['[{"issuer":"https://a","algorithms":["HS256"]}]', "issuer 1: algorithms may be of RS256, RS384"],
    ['[{"issuer":"https://a","algorithms":["none"]}]', "issuer 1: algorithms may be of RS256, RS384"],
  ])("%s is left out, and named", (text, problem) => {
    const { issuers, problems } = parseIssuers(text);
    expect(issuers).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  test("come from a file as well, and a wrong entry costs the others nothing", async () => {
    const issuer = await startIssuer();
    writeFileSync(
      file("issuers.json"),
      JSON.stringify([{ issuer: issuer.url, jwksUri: issuer.jwksUri }, { issuer: 5 }]),
    );
    const { around, problems } = await aroundProcess({
      env: { ANSWERABLE_ISSUERS: file("issuers.json") },
      nowMs: Date.now,
    });
    expect(problems).toEqual(["issuer 2: issuer is missing, or no address"]);
    expect((await around.verify.verify(await issuer.sign({ sub: "a" }))).outcome).toBe("verified");
    await issuer.stop();
  });

  test("that can't be read are a problem, not an empty list in silence", async () => {
    const { problems } = await aroundProcess({
      env: { ANSWERABLE_ISSUERS: file("absent.json") },
      nowMs: Date.now,
    });
    expect(problems).toHaveLength(1);
  });

  test("are not asked offline", async () => {
    const issuer = await startIssuer();
    const env = { ANSWERABLE_ISSUERS: issuer.url, ANSWERABLE_IDENTITY_OFFLINE: "true" };
    const { around } = await aroundProcess({ env, nowMs: Date.now });
    expect((await around.verify.verify(await issuer.sign({ sub: "a" }))).outcome).toBe("unverified");
    expect(issuer.asked).toEqual([]);
    await issuer.stop();
  });
});

async function serve(listener: RequestListener): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server: Server = createPlainServer(listener).unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
