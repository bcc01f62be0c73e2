/**
 * Goal: whatever is sent to the gateway, it answers, keeps within its memory and goes on serving honest senders.
 * Method: a gateway with little memory; good requests broken from a seed, and requests made to cost far more than they
 * weigh, several at once; its memory is looked at from outside.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jsonBombs } from "../support/bombs/json.ts";
import { packedBombs } from "../support/bombs/packed.ts";
import { action, gzip, json, mebibyte, proto, repeated, span, text } from "../support/bombs/parts.ts";
import { largestRequest, protobufBombs } from "../support/bombs/protobuf.ts";
import {
  builtCollector,
  type RunningCollector,
  startAnswerableCollector,
  stopCollectors,
} from "../support/collector.ts";
import { spanIdOf } from "../support/gateway/load.ts";
import { spansOf } from "../support/gateway/topic-audit.ts";
import { hostileRequests, seed } from "../support/hostile-requests.ts";
import { readAll } from "../support/kafka/records.ts";
import { requestOf } from "../support/otlp-bytes.ts";
import { until } from "../support/poll.ts";
import { freshTopics } from "../support/shared.ts";
import { protoRequest } from "../support/tool-calls.ts";

const limitMebibytes = 300;
/** The limiter looks once a second and the heap is collected after; what comes in between is on top. */
const residentMebibytesMax = 3 * limitMebibytes;
const forMs = 20_000;
const atOnce = 3;
const answerWithinMs = 20_000;

let topics: Awaited<ReturnType<typeof freshTopics<"spans">>>;
let collector: RunningCollector;
beforeAll(async () => {
  await builtCollector();
  topics = await freshTopics(["spans"], 4);
  collector = await startAnswerableCollector({
    config: "gateway",
    env: {
      ANSWERABLE_KAFKA_BROKERS: topics.brokers.join(","),
      ANSWERABLE_KAFKA_TOPIC: topics.topics.spans,
      ANSWERABLE_MEMORY_MIB: String(limitMebibytes),
      GOMEMLIMIT: `${String(limitMebibytes)}MiB`,
    },
  });
}, 600_000);
afterAll(async () => {
  await stopCollectors();
  await topics.drop();
});

interface Hostile {
  readonly name: string;
  readonly body: () => Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** What only costs a Collector. */
const own: readonly Hostile[] = [
  { name: "50,000 identities", headers: proto, body: () => Uint8Array.from(protoRequest(manyIdentities())) },
  { name: "50,000 actions", headers: proto, body: largestRequest },
  {
    name: "a resource of 250 kB before 1,024 identities, packed",
    headers: { ...proto, ...gzip },
    body: () =>
      Uint8Array.from(gzipSync(protobufBombs.find(({ name }) => name.startsWith("a small body"))!.body())),
  },
  {
    name: "an attribute of 1 MB",
    headers: proto,
    body: () => requestOf(span(...action("agent:wide"), text("note", repeated("x", mebibyte)))),
  },
  {
    name: "1,500,000 attributes",
    headers: proto,
    body: () => requestOf(span(repeated(text("k", "v"), 1_500_000))),
  },
  {
    name: "100,000 levels of protobuf",
    headers: proto,
    body: () => requestOf(span(Buffer.concat([text("k", "v"), nested(100_000)]))),
  },
];

const manyIdentities = () =>
  Array.from({ length: 50_000 }, (_, ordinal) => ({ identityId: `agent:${String(ordinal)}`, ordinal }));

/** Lists in lists, whose lengths are all true, made from the inside. */
function nested(levels: number): Buffer {
  return Buffer.concat([Buffer.alloc(levels, 0x2a), Buffer.from([0])]);
}

test("bombs and broken requests are each answered, in bounded memory, and a good one after them is in Kafka", async () => {
  const broken = hostileRequests();
  const bombs: readonly Hostile[] = [...own, ...protobufBombs, ...jsonBombs, ...packedBombs];
  const answers = new Map<number, number>();
  const wrong: string[] = [];
  const peaks = new Map<string, number>();
  const endMs = Date.now() + forMs;
  let at = 0;
  let brokenSent = 0;
  const sendOne = async ({ name, body, headers }: Hostile): Promise<void> => {
    const status = await post(body(), headers).catch((error: unknown) => String(error));
    if (typeof status === "number") answers.set(status, (answers.get(status) ?? 0) + 1);
    if (typeof status !== "number" || !(status === 200 || (status >= 400 && status < 600)))
      wrong.push(`${name}: ${String(status)}`);
    peaks.set(name, Math.max(peaks.get(name) ?? 0, resident(collector.pid)));
  };
  const work = async (): Promise<void> => {
    while (Date.now() < endMs || at < bombs.length) {
      await sendOne(bombs[at++ % bombs.length]!);
      for (let nth = 0; nth < 20; nth += 1) {
        const { body, encoding } = broken((brokenSent += 1));
        await sendOne({ name: "broken", body: () => body, headers: encoding === "otlp_json" ? json : proto });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const peak = peakResident(collector.pid);
  const dearest = [...peaks].toSorted((a, b) => b[1] - a[1]).slice(0, 4);
  process.stdout.write(
    `seed ${String(seed)}: ${String(at)} bombs and ${String(brokenSent)} broken requests, answered ${JSON.stringify([...answers])}; ` +
      `most resident ${peak.toFixed(0)} MiB under a limit of ${String(limitMebibytes)}; dearest ${JSON.stringify(dearest)}\n`,
  );
  expect(wrong).toEqual([]);
  expect(answers.get(200) ?? 0).toBeGreaterThan(10);
  expect(peak).toBeLessThan(residentMebibytesMax);

  const good = 90_000_001;
  // What it held of the others may have it refuse for a moment more; a sender comes again.
  await until(
    "a good request is taken",
    async () => (await collector.send(protoRequest([{ identityId: "agent:good", ordinal: good }]))) === 200,
    20_000,
  );
  await until(
    "the good one is in Kafka",
    async () =>
      (await readAll(topics.brokers, topics.topics.spans)).some(({ value }) =>
        spansOf(value).some(({ spanId }) => spanId === spanIdOf(good)),
      ),
    40_000,
  );
}, 120_000);

async function post(
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const signal = AbortSignal.timeout(answerWithinMs);
  const answer = await fetch(`${collector.httpUrl}/v1/traces`, { method: "POST", body, headers, signal });
  await answer.arrayBuffer();
  return answer.status;
}

const field = (pid: number, name: string): number =>
  Number(
    new RegExp(`${name}:\\s+(\\d+)`, "u").exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1],
  ) / 1024;
const resident = (pid: number): number => Math.round(field(pid, "VmRSS"));
const peakResident = (pid: number): number => field(pid, "VmHWM");
