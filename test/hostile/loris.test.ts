/**
 * Goal: whoever opens connections and says nothing, or next to nothing, loses them within 30 s and keeps nobody out.
 * Method: more sockets than the service takes, silent ones and ones whose headers or bodies drip, beside honest requests.
 */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { startWatchedUp, type WatchedUp } from "../support/watched-up.ts";

/** The service takes 2,000 connections; a machine's usual limit of files leaves room for half as many again. */
const crowd = 3000;

let up: WatchedUp;
const sockets: Socket[] = [];

beforeAll(async () => {
  up = await startWatchedUp({
    ANSWERABLE_HTTP_HEADERS_TIMEOUT_MS: "2000",
    ANSWERABLE_HTTP_BODY_TIMEOUT_MS: "2000",
  });
  for (let turn = 0; turn < 40; turn += 1) await honest(100);
}, 90_000);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await up.end();
});

function honest(spans = 1): ReturnType<typeof post> {
  const one = (): object => spanOf({ "nhi.identity.id": "agent:honest", "nhi.action.name": "op" });
  return post(up.url, requestOfSpans(...Array.from({ length: spans }, one)));
}

async function open(says: string): Promise<void> {
  const socket = connect(up.port, "127.0.0.1");
  sockets.push(socket);
  // Read to its end: a socket that nobody reads does not notice that it was closed.
  socket.on("error", () => socket.destroy()).resume();
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  if (!socket.destroyed) socket.write(says);
}

const openSockets = (): number => sockets.filter((socket) => !socket.destroyed).length;

test.each([
  { name: "nothing", says: "" },
  { name: "half a header", says: "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nX-Drip: " },
  {
    name: "a body that does not come",
    says: "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    few: 500,
  },
])(
  "a crowd that says $name keeps nobody out and is shown the door",
  async ({ says, few = crowd }) => {
    up.watch();
    const before = up.residentMebibytes();
    for (let opened = 0; opened < few; opened += 100) {
      await Promise.all(Array.from({ length: 100 }, () => open(says)));
      expect((await honest()).status).toBe(200);
    }
    for (let turn = 0; openSockets() > 0 && turn < 100; turn += 1) {
      expect((await honest()).status).toBe(200);
      await wait(100);
    }
    expect(openSockets()).toBe(0);
    sockets.length = 0;
    expect(up.peakMebibytes() - before).toBeLessThan(64);
    expect(up.longestBusyMs()).toBeLessThan(100);
    expect((await ask(up.url, "/healthz")).status).toBe(200);
  },
  120_000,
);
