import { afterEach, expect, test } from "@jest/globals";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import { gate, json, messageOf, send, sha256, start, stopAll, stored } from "./support.ts";

afterEach(stopAll);

const mebibyte = 1024 * 1024;

test("a gzip bomb is refused at a bounded cost while its neighbour is served", async () => {
  const { url } = await start();
  const bomb = await zeros(100 * mebibyte);
  expect(bomb.length).toBeLessThan(200_000);
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 2);
  const gzip = { "content-encoding": "gzip" };
  const [refused, served] = await Promise.all([
    send(url, { headers: gzip, body: bomb }),
    send(url, { headers: { ...json, ...gzip }, body: gzipSync("{}") }),
  ]);
  clearInterval(watch);
  expect([refused.status, served.status]).toEqual([413, 200]);
  expect(refused.body.toString()).toContain("limits.inflateRatioMax");
  expect(highest - before).toBeLessThan(64 * mebibyte);
});

test("a body that drips is given up after bodyTimeoutMs: 408", async () => {
  const { url, batches } = await start({ http: { bodyTimeoutMs: 200 } });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const answer = text(socket);
  socket.write(
    "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  expect(await answer).toMatch(/^HTTP\/1\.1 408 .*http\.bodyTimeoutMs/su);
  expect(batches).toEqual([]);
});

test("headers that drip are given up after headersTimeoutMs, and so is a connection that says nothing", async () => {
  const { url } = await start({ http: { headersTimeoutMs: 200 } });
  const port = Number(new URL(url).port);
  const dripping = connect(port, "127.0.0.1");
  dripping.write("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nX-");
  const silent = connect(port, "127.0.0.1");
  expect(await text(dripping)).toMatch(/^HTTP\/1\.1 408 /u);
  await text(silent);
});

test("beyond half of inFlightBytesMax who holds more than a share is asked to come again, others are taken", async () => {
  const room = gate();
  const client = (name: string) => ({ name, tokenSha256: sha256(name), may: ["send"] });
  const as = (name: string) => ({ ...json, authorization: `Bearer ${name}` });
  const { url, telemetry } = await start({
    http: { inFlightBytesMax: 1_600_000, clients: ["greedy", "modest"].map(client) },
    accept: async () => {
      await room.opened;
      return stored;
    },
  });
  const body = Buffer.alloc(700_000);
  const held = async (bytes: number): Promise<void> => {
    while (!(await telemetry.renderPrometheus()).includes(`answerable_in_flight_bytes ${bytes}`))
      await wait(5);
  };
  const first = send(url, { headers: as("greedy"), body });
  await held(700_000);
  const second = await send(url, { headers: as("greedy"), body });
  expect([second.status, second.headers["retry-after"]]).toEqual([429, "1"]);
  expect(messageOf(second)).toContain("share");
  const modest = send(url, { headers: as("modest"), body: Buffer.alloc(350_000) });
  await held(1_050_000);
  room.open();
  expect([(await first).status, (await modest).status]).toEqual([200, 200]);
  expect((await send(url, { headers: as("greedy"), body })).status).toBe(200);
  const metrics = await telemetry.renderPrometheus();
  expect(metrics).toContain('answerable_shed_requests_total{reason="client_share"} 1');
  expect(metrics).toContain('answerable_shed_bytes_total{reason="client_share"} 700000');
  expect(metrics).toContain('answerable_requests_refused_total{reason="client_share"} 1');
  expect(metrics).toContain("answerable_in_flight_bytes 0");
});

test("a sender that hangs up in the middle gives its bytes back", async () => {
  const { url, telemetry, batches } = await start();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(
    "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  while (!(await telemetry.renderPrometheus()).includes("answerable_in_flight_bytes 1\n")) await wait(5);
  socket.destroy();
  while (!(await telemetry.renderPrometheus()).includes('reason="aborted"} 1')) await wait(5);
  expect(await telemetry.renderPrometheus()).toContain("answerable_in_flight_bytes 0");
  expect(batches).toEqual([]);
});

test("what is no HTTP is answered 400, and of too many connections the one that is silent for longest goes", async () => {
  const { url, telemetry } = await start({ http: { connectionsMax: 1 } });
  const port = Number(new URL(url).port);
  const first = connect(port, "127.0.0.1");
  await new Promise((resolve) => {
    first.once("connect", resolve);
  });
  const second = connect(port, "127.0.0.1");
  expect(await text(first)).toBe("");
  second.write("hello\r\n\r\n");
  expect(await text(second)).toMatch(/^HTTP\/1\.1 400 /u);
  const metrics = await telemetry.renderPrometheus();
  expect(metrics).toContain('answerable_requests_refused_total{reason="connections"} 1');
  expect(metrics).toContain('answerable_requests_refused_total{reason="not_http"} 1');
});

test("a crowd of silent connections keeps nobody out, not even one that rests between two requests", async () => {
  const { url, telemetry } = await start({ http: { connectionsMax: 10 } });
  const resting = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await send(url, { agent: resting })).status).toBe(200);
  const crowd = Array.from({ length: 30 }, () => connect(Number(new URL(url).port), "127.0.0.1"));
  await Promise.all(
    crowd.map(
      async (socket) =>
        await once(
          socket.on("error", () => undefined),
          "connect",
        ),
    ),
  );
  expect((await send(url)).status).toBe(200);
  // The same connection again, or this would be ECONNRESET.
  expect((await send(url, { agent: resting })).status).toBe(200);
  expect(await telemetry.renderPrometheus()).toMatch(/answerable_http_connections (?:9|10)\n/u);
  expect(await telemetry.renderPrometheus()).toContain('reason="connections"} 22');
  resting.destroy();
  for (const socket of crowd) socket.destroy();
});

test("when requests run on all connections, the newcomer is turned away", async () => {
  const room = gate();
  const { url, batches } = await start({
    http: { connectionsMax: 1 },
    accept: async () => {
      await room.opened;
      return stored;
    },
  });
  const running = send(url);
  while (batches.length === 0) await wait(5);
  await expect(send(url)).rejects.toThrow(/ECONNRESET|socket hang up/u);
  room.open();
  expect((await running).status).toBe(200);
});

/** All a connection says until it is closed by the other side. */
async function text(socket: ReturnType<typeof connect>): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A reset ends it as well; what came before counts.
  socket.on("error", () => undefined);
  await new Promise((resolve) => {
    socket.once("close", resolve);
  });
  return Buffer.concat(chunks).toString();
}

/** Gzipped without holding them: the test must not be what fills the memory. */
async function zeros(length: number): Promise<Buffer> {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
  const piece = Buffer.alloc(mebibyte);
  for (let written = 0; written < length; written += mebibyte) {
    if (!gzip.write(piece)) {
      await new Promise((resolve) => {
        gzip.once("drain", resolve);
      });
    }
  }
  const end = new Promise((resolve) => {
    gzip.once("end", resolve);
  });
  gzip.end();
  await end;
  return Buffer.concat(chunks);
}
