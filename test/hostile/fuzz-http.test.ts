/**
 * Goal: the running program answers whatever bytes come with what its sender can act on, keeps its size, and its sums add up.
 * Method: the broken requests of fuzz.test.ts, a twentieth of them, go to a real `answerable up` over HTTP.
 */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { fuzzFrom, fuzzRuns, hostileRequests, reproduction, seed } from "../support/hostile-requests.ts";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { isRunning } from "../support/poll.ts";
import { startWatchedUp, type WatchedUp } from "../support/watched-up.ts";

const runs = Math.ceil(fuzzRuns / 20);
/** Requests under way at once. */
const width = 32;
const contentTypes = { otlp_proto: "application/x-protobuf", otlp_json: "application/json" } as const;

let up: WatchedUp;
beforeAll(async () => {
  up = await startWatchedUp();
}, 60_000);
afterAll(async () => {
  await up.end();
});

test(`${runs} mutations from seed ${seed} over HTTP: answered, bounded, and none lost`, async () => {
  const hostile = hostileRequests();
  const send = async (at: number): Promise<void> => {
    const { body, encoding } = hostile(at);
    const isZipped = at % 3 === 0;
    const zipped = isZipped ? { "content-encoding": "gzip" } : {};
    const { status, text, headers } = await post(up.url, isZipped ? gzipSync(body) : body, {
      "content-type": contentTypes[encoding],
      ...zipped,
    });
    const mayRetry = status === 429 || status === 503;
    if (status === 200 || (status === 400 && text.length > 10) || (mayRetry && headers.has("retry-after")))
      return;
    throw new Error(`${status} ${text}\nAgain with: ${reproduction(at, at, "test/hostile/fuzz-http")}`);
  };
  const all = async (from: number, to: number): Promise<void> => {
    let next = from;
    const sender = async (): Promise<void> => {
      while (next < to) {
        next += 1;
        await send(next - 1);
      }
    };
    await Promise.all(Array.from({ length: width }, sender));
  };
  // Warm: all code has run, and identities have been met.
  for (let turn = 0; turn < 20; turn += 1)
    await post(up.url, requestOfSpans(...Array.from({ length: 100 }, honest)));
  await all(fuzzFrom, fuzzFrom + Math.ceil(runs / 4));
  up.watch();
  const warmMebibytes = up.residentMebibytes();
  await all(fuzzFrom + Math.ceil(runs / 4), fuzzFrom + runs);
  expect(await isRunning(up.pid)).toBe(true);
  expect(up.peakMebibytes() - warmMebibytes).toBeLessThan(64);
  expect(up.longestBusyMs()).toBeLessThan(100);
  const metrics = (await ask(up.url, "/metrics")).text;
  const accepted = sum(metrics, "answerable_spans_accepted_total");
  expect(accepted).toBe(sum(metrics, "answerable_spans_total"));
  expect(accepted).toBeGreaterThan(runs / 20);
}, 3_600_000);

function honest(): object {
  return spanOf({ "nhi.identity.id": "agent:honest", "nhi.action.name": "op" });
}

/** A counter over all its labels. */
function sum(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "gmu"))].reduce(
    (total, [, value]) => total + Number(value),
    0,
  );
}
