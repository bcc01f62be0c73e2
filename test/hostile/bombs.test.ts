/**
 * Goal: no request made to cost more than it weighs takes 64 MiB more memory, holds the event loop for 100 ms, ends the
 * process, or keeps an honest sender from its 200.
 * Method: each goes to a real `answerable up` beside honest requests; the process is watched from outside.
 */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jsonBombs } from "../support/bombs/json.ts";
import { packedBombs } from "../support/bombs/packed.ts";
import { largestRequest, protobufBombs } from "../support/bombs/protobuf.ts";
import { setTimeout as wait } from "node:timers/promises";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { startWatchedUp, type WatchedUp } from "../support/watched-up.ts";

let up: WatchedUp;
let warmMebibytes = 0;

beforeAll(async () => {
  up = await startWatchedUp();
  for (let turn = 0; turn < 40; turn += 1) await honest(200);
  // As large as honest ones come: what these take is not the bombs' doing.
  for (let turn = 0; turn < 3; turn += 1) {
    for (const answer of [await honest(4000), await postLargest()])
      if (answer.status !== 200)
        throw new Error(`a large honest request was answered ${String(answer.status)}`);
  }
  up.watch();
  warmMebibytes = up.residentMebibytes();
}, 90_000);
afterAll(async () => {
  await up.end();
});

function postLargest(): ReturnType<typeof post> {
  return post(up.url, gzipSync(largestRequest()), {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
  });
}

function honest(spans = 1): ReturnType<typeof post> {
  const one = (): object => spanOf({ "nhi.identity.id": "agent:honest", "nhi.action.name": "op" });
  return post(up.url, requestOfSpans(...Array.from({ length: spans }, one)));
}

test.each([...protobufBombs, ...jsonBombs, ...packedBombs])(
  "$name: $status, at a bounded cost, beside honest requests",
  async ({ body, headers, status }) => {
    const bytes = body();
    up.watch();
    const [answer, ...others] = await Promise.all([
      post(up.url, bytes, headers),
      honest(),
      honest(10),
      honest(),
    ]);
    expect([answer.status, others.map((one) => one.status)]).toEqual([status, [200, 200, 200]]);
    expect(up.peakMebibytes() - warmMebibytes).toBeLessThan(64);
    expect(up.longestBusyMs()).toBeLessThan(100);
  },
);

test("the largest request there may be, 50,000 actions, holds the loop no longer; what is remembered of 2,000 identities stays", async () => {
  up.watch();
  const largest = postLargest();
  const health: number[] = [];
  while ((await Promise.race([largest, wait(50)])) === undefined)
    health.push((await ask(up.url, "/healthz")).status);
  expect((await largest).status).toBe(200);
  expect(new Set(health)).toEqual(new Set([200]));
  expect(up.longestBusyMs()).toBeLessThan(100);
}, 90_000);

test("afterwards the service is well", async () => {
  expect(await ask(up.url, "/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  const metrics = (await ask(up.url, "/metrics")).text;
  expect(metrics).toMatch(/^answerable_event_loop_delay_max_seconds\{.*\} \d/mu);
  expect(metrics).toMatch(/^answerable_in_flight_bytes\{.*\} 0$/mu);
  expect(metrics).toMatch(/^answerable_waiting_bytes\{.*\} 0$/mu);
});
