/**
 * Goal: whatever arrives while the store does not answer, memory stays bounded, everybody who is refused is told when to
 * come again, and what was answered 200 is stored exactly once.
 * Method: clients flood a real `answerable up` while its ClickHouse is stopped (SIGSTOP), which then goes on.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/poll.ts";
import { ask, newId, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startWatchedUp, type WatchedUp } from "../support/watched-up.ts";

const clients = ["one", "two", "three", "four", "five", "six"];
/** Requests of one client under way at once. */
const width = 12;
const mebibyte = 1024 * 1024;

const folder = tempFolder("flood");
let up: WatchedUp;
beforeAll(async () => {
  const config = join(folder.path, "answerable.yaml");
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const listed = clients.map((name) => ({
    name,
    tokenSha256: sha256(name),
    may: ["send", "read"],
    identities: ["*"],
  }));
  const http = {
    clients: listed,
    inFlightBytesMax: 4 * mebibyte,
    queueSoftBytesMax: 2 * mebibyte,
    queueBytesMax: 3 * mebibyte,
  };
  const limits = { bodyBytesMax: mebibyte, inflatedBytesMax: mebibyte };
  writeFileSync(config, JSON.stringify({ http, limits }));
  up = await startWatchedUp({ ANSWERABLE_CONFIG: config });
}, 60_000);
afterAll(async () => {
  process.kill(up.clickhousePid(), "SIGCONT");
  await up.end();
  folder.remove();
});

interface Told {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly spans: readonly string[];
}

/** A request of about 90 KB, by a client that sends the next one whatever it was told. */
async function send(client: string): Promise<Told> {
  const spans = Array.from({ length: 150 }, () => newId(16));
  const body = requestOfSpans(
    ...spans.map((spanId) =>
      spanOf(
        { "nhi.identity.id": `agent:${client}`, "nhi.action.name": "op", padding: "x".repeat(200) },
        { spanId },
      ),
    ),
  );
  const response = await fetch(`${up.url}/v1/traces`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", authorization: `Bearer ${client}` },
  });
  await response.arrayBuffer();
  return { status: response.status, retryAfter: response.headers.get("retry-after"), spans };
}

test("a flood before a store that does not answer: bounded, refused by reason, and nothing that was taken is lost", async () => {
  for (let turn = 0; turn < 30; turn += 1) await send("one");
  const warmMebibytes = up.residentMebibytes();
  up.watch();
  const told: Told[] = [];
  let flooding = true;
  const flood = async (client: string): Promise<void> => {
    while (flooding) {
      const one = await send(client);
      told.push(one);
      // A sender that comes again at once, ten times faster than it was asked to.
      if (one.status !== 200) await wait(100);
    }
  };
  const senders = clients.flatMap((client) => Array.from({ length: width }, () => flood(client)));
  await until("some were taken", () => told.some(({ status }) => status === 200));
  process.kill(up.clickhousePid(), "SIGSTOP");
  try {
    await until("everybody is asked to slow down", () => shedBy("queue_soft"));
    await until("it is seen that the store is away", () => shedBy("store_away"), 30_000);
    // The service itself goes on answering.
    expect((await ask(up.url, "/healthz")).status).toBe(200);
    expect(up.peakMebibytes() - warmMebibytes).toBeLessThan(128);
  } finally {
    process.kill(up.clickhousePid(), "SIGCONT");
    flooding = false;
  }
  await Promise.all(senders);

  const refused = told.filter(({ status }) => status !== 200);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429, 503]));
  expect(refused.filter(({ retryAfter }) => !(Number(retryAfter) >= 1))).toEqual([]);
  const metrics = (await ask(up.url, "/metrics", bearer)).text;
  expect(total(metrics, "answerable_shed_requests_total")).toBe(refused.length);
  expect(total(metrics, "answerable_shed_bytes_total")).toBeGreaterThan(refused.length * 50_000);
  expect(total(metrics, "answerable_spans_accepted_total")).toBe(total(metrics, "answerable_spans_total"));

  const acked = told.filter(({ status }) => status === 200).flatMap(({ spans }) => spans);
  const rows = await sql(
    up.clickhouseUrl,
    "SELECT span_id, count() FROM v_actions GROUP BY span_id FORMAT TSV",
    {
      database: "answerable",
    },
  );
  const stored = new Map(rows.split("\n").map((row) => row.split("\t") as [string, string]));
  expect(acked.filter((span) => stored.get(span) !== "1")).toEqual([]);
  const none = refused.flatMap(({ spans }) => spans).filter((span) => stored.has(span));
  expect(none).toEqual([]);
}, 180_000);

const bearer = { headers: { authorization: "Bearer one" } };

async function shedBy(reason: string): Promise<boolean> {
  const metrics = (await ask(up.url, "/metrics", bearer)).text;
  return new RegExp(`^answerable_shed_requests_total\\{.*reason="${reason}".*\\} [1-9]`, "mu").test(metrics);
}

/** A counter over all its labels. */
function total(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "gmu"))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
