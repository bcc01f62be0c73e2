import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gate, json, messageOf, send, sha256, start, type Starting, stopAll, stored } from "./support.ts";

/**
 * Goal: a client certificate says who sends, and nothing else than one of our authority's does.
 * Method: certificates made for this run with the openssl command, used over real TLS connections.
 */
let folder = "";
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "answerable-tls-"));
  for (const authority of ["ca", "other-ca"]) {
    openssl(
      "req",
      "-x509",
      "-days",
      "2",
      "-subj",
      `/CN=${authority}`,
      ...newKey(authority),
      "-out",
      file(`${authority}.pem`),
    );
  }
  issue("server", "ca", "IP:127.0.0.1");
  issue("collector", "ca", "URI:spiffe://acme/collector");
  issue("unknown", "ca", "URI:spiffe://acme/unknown");
  issue("forged", "other-ca", "URI:spiffe://acme/collector");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(stopAll);

test.each([
  { name: "the client's certificate", with: "collector", status: 200, says: "" },
  { name: "a certificate nobody has configured", with: "unknown", status: 401, says: "subject" },
  { name: "a certificate of another authority", with: "forged", status: 401, says: "not valid" },
  { name: "no certificate", with: undefined, status: 401, says: "Send a token" },
])("$name: $status", async ({ with: name, status, says }) => {
  const { url, batches } = await startTls();
  const certificate =
    name === undefined
      ? {}
      : { cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) };
  const reply = await send(url, {
    ...certificate,
    ca: readFileSync(file("ca.pem")),
    headers: json,
    body: "{}",
  });
  expect(reply.status).toBe(status);
  expect(messageOf(reply)).toContain(says);
  expect(batches.map(({ client }) => [client.name, client.authenticated])).toEqual(
    status === 200 ? [["collector", true]] : [],
  );
});

test("a token works beside certificates", async () => {
  const { url, batches } = await startTls();
  const headers = { ...json, authorization: "Bearer token" };
  expect((await send(url, { ca: readFileSync(file("ca.pem")), headers, body: "{}" })).status).toBe(200);
  expect(batches[0]?.client.name).toBe("by-token");
});

test("stop does not wait for a handshake that never comes", async () => {
  const { url, stop } = await startTls();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const closed = new Promise((resolve) => {
    socket.once("close", resolve);
  });
  await new Promise((resolve) => {
    socket.once("connect", resolve);
  });
  const before = performance.now();
  await stop();
  await closed;
  expect(performance.now() - before).toBeLessThan(1000);
});

test("stop lets a request over TLS finish", async () => {
  const room = gate();
  const reached = gate();
  const { url, stop } = await startTls({
    accept: async () => {
      reached.open();
      await room.opened;
      return stored;
    },
  });
  const headers = { ...json, authorization: "Bearer token" };
  const agent = new Agent({ keepAlive: true });
  const running = send(url, { agent, ca: readFileSync(file("ca.pem")), headers, body: "{}" });
  await reached.opened;
  const stopped = stop();
  room.open();
  expect((await running).status).toBe(200);
  const before = performance.now();
  await stopped;
  expect(performance.now() - before).toBeLessThan(1000);
  agent.destroy();
});

test("a certificate file that is not there is told with its setting", async () => {
  const tls = { certFile: "/no/such.pem", keyFile: file("server.key") };
  await expect(start({ http: { tls } })).rejects.toThrow(
    'http.tls.certFile is "/no/such.pem", which can\'t be read (ENOENT)',
  );
});

async function startTls(starting: Starting = {}) {
  const server = await start({
    ...starting,
    http: {
      listen: "0.0.0.0:0",
      tls: { certFile: file("server.pem"), keyFile: file("server.key"), clientCaFile: file("ca.pem") },
      clients: [
        { name: "collector", certificateSubject: "spiffe://acme/collector" },
        { name: "by-token", tokenSha256: sha256("token") },
      ],
    },
  });
  return {
    ...server,
    stop: async () => await server.stop(),
    url: server.url.replace("0.0.0.0", "127.0.0.1"),
  };
}

function issue(name: string, authority: string, subjectAltName: string): void {
  writeFileSync(file(`${name}.ext`), `subjectAltName=${subjectAltName}`);
  openssl("req", "-subj", "/CN=leaf", ...newKey(name), "-out", file(`${name}.csr`));
  const signer = ["-CA", file(`${authority}.pem`), "-CAkey", file(`${authority}.key`), "-CAcreateserial"];
  openssl(
    "x509",
    "-req",
    "-days",
    "1",
    "-in",
    file(`${name}.csr`),
    ...signer,
    "-extfile",
    file(`${name}.ext`),
    "-out",
    file(`${name}.pem`),
  );
}

function newKey(name: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file(`${name}.key`)];
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}
