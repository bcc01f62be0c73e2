import { afterEach, expect, test } from "@jest/globals";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import { gate, json, messageOf, send, start, stopAll, stored } from "./support.ts";

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
  const gzip = { ...json, "content-encoding": "gzip" };
  const [refused, served] = await Promise.all([
    send(url, { headers: gzip, body: bomb }),
    send(url, { headers: gzip, body: gzipSync("{}") }),
  ]);
  clearInterval(watch);
  expect([refused.status, served.status]).toEqual([413, 200]);
  expect(messageOf(refused)).toContain("limits.inflateRatioMax");
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

test("bytes beyond inFlightBytesMax are asked to come again, and taken once there is room", async () => {
  const room = gate();
  const { url, telemetry } = await start({
    http: { inFlightBytesMax: mebibyte },
    limits: { bodyBytesMax: mebibyte, inflatedBytesMax: mebibyte },
    accept: async () => {
      await room.opened;
      return stored;
    },
  });
  const body = Buffer.alloc(700_000);
  const first = send(url, { headers: json, body });
  while (!(await telemetry.renderPrometheus()).includes("answerable_in_flight_bytes 700000")) await wait(5);
  const second = await send(url, { headers: json, body });
  expect([second.status, second.headers["retry-after"]]).toEqual([429, "1"]);
  room.open();
  expect((await first).status).toBe(200);
  expect((await send(url, { headers: json, body })).status).toBe(200);
  const metrics = await telemetry.renderPrometheus();
  expect(metrics).toContain('answerable_requests_refused_total{reason="in_flight"} 1');
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

test("what is no HTTP is answered 400, and a connection too many is dropped", async () => {
  const { url, telemetry } = await start({ http: { connectionsMax: 1 } });
  const port = Number(new URL(url).port);
  const first = connect(port, "127.0.0.1");
  await new Promise((resolve) => {
    first.once("connect", resolve);
  });
  await text(connect(port, "127.0.0.1"));
  first.write("hello\r\n\r\n");
  expect(await text(first)).toMatch(/^HTTP\/1\.1 400 /u);
  const metrics = await telemetry.renderPrometheus();
  expect(metrics).toContain('answerable_requests_refused_total{reason="connections"} 1');
  expect(metrics).toContain('answerable_requests_refused_total{reason="not_http"} 1');
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
