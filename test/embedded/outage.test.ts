/**
 * Goal: while ClickHouse is away, senders wait or are told when to come again; what was answered is stored, and nobody
 * has to do anything when it is back.
 * Method: a gate between answerable and the shared ClickHouse that can be shut, in the middle of answers too.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Gate, openGate } from "../support/gate.ts";
import { until } from "../support/poll.ts";
import { freshDatabase } from "../support/shared.ts";
import { ask, newId, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const mebibyte = String(1024 * 1024);
const folder = tempFolder("outage");
let database: Awaited<ReturnType<typeof freshDatabase>>;
let gate: Gate;
let up: Up;

beforeAll(async () => {
  database = await freshDatabase();
  gate = await openGate(database.url);
  const env = {
    ANSWERABLE_CLICKHOUSE_URL: gate.url,
    ANSWERABLE_CLICKHOUSE_DATABASE: database.name,
    ANSWERABLE_HTTP_QUEUE_SOFT_BYTES_MAX: mebibyte,
    ANSWERABLE_HTTP_QUEUE_BYTES_MAX: mebibyte,
  };
  up = await startUp({ dataDir: folder.path, env });
}, 60_000);

afterAll(async () => {
  gate.open();
  await up.stop();
  await gate.stop();
  await database.drop();
  folder.remove();
});

test("a given ClickHouse is used in its own database, and none is started", async () => {
  expect(up.clickhousePid()).toBe(0);
  expect(up.clickhouseUrl).toBe(gate.url);
  expect(
    await sql(database.url, "SELECT count() > 5 FROM system.tables WHERE database = currentDatabase()", {
      database: database.name,
    }),
  ).toBe("1");
});

test("an outage while spans come in: no 200 without its rows, a refusal with Retry-After when too much waits, and a recovery by itself", async () => {
  const answered: string[] = [];
  const refused: { status: number; retryAfter: string | null }[] = [];
  // Each about 200 KB, so that a few of them fill what may wait.
  const send = async (): Promise<void> => {
    const spans = Array.from({ length: 200 }, () =>
      spanOf(
        { "nhi.identity.id": "agent:busy", "nhi.action.name": "op", "nhi.resource.id": "r".repeat(800) },
        { spanId: newId(16) },
      ),
    );
    for (;;) {
      const { status, headers } = await post(up.url, requestOfSpans(...spans));
      if (status === 200) {
        answered.push(...spans.map((one) => String(one.spanId)));
        return;
      }
      refused.push({ status, retryAfter: headers.get("retry-after") });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  await send();
  const sending = Array.from({ length: 4 }, send);
  gate.shut();
  const late = Array.from({ length: 8 }, send);
  await until("some were told to come again", () => refused.length > 2);
  const before = answered.length;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(answered.length).toBe(before);
  expect(
    refused.filter(({ status, retryAfter }) => ![429, 503].includes(status) || Number(retryAfter) < 1),
  ).toEqual([]);

  gate.open();
  await Promise.all([...sending, ...late]);

  expect(answered).toHaveLength(13 * 200);
  const [rows, distinct] = (
    await sql(
      database.url,
      "SELECT count(), uniqExact(span_id) FROM v_actions WHERE identity_id = 'agent:busy'",
      { database: database.name },
    )
  ).split("\t");
  expect([rows, distinct]).toEqual([String(answered.length), String(answered.length)]);
}, 60_000);

test("while ClickHouse is away /readyz says so and /healthz stays fine; questions get a sentence; then all is well again", async () => {
  expect((await ask(up.url, "/readyz")).status).toBe(200);
  gate.shut();
  expect(await ask(up.url, "/readyz")).toMatchObject({ status: 503, text: "the store can't be reached\n" });
  expect(await ask(up.url, "/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  expect(await ask(up.url, "/v1/findings")).toMatchObject({
    status: 503,
    json: { error: "the store can't be asked now; the service's log says why" },
  });
  const listed = await answerable(["findings", "--url", up.url]);
  expect(listed).toEqual({
    out: "",
    err: "the store can't be asked now; the service's log says why\n",
    code: 1,
  });
  gate.open();
  await until("it is ready again", async () => (await ask(up.url, "/readyz")).status === 200);
  expect((await ask(up.url, "/v1/findings")).status).toBe(200);
});

test("a ClickHouse that takes connections and says nothing is as good as away for /readyz", async () => {
  gate.hang();
  const startedAtMs = Date.now();
  expect((await ask(up.url, "/readyz")).status).toBe(503);
  expect(Date.now() - startedAtMs).toBeLessThan(8_000);
  gate.open();
  await until("it is ready again", async () => (await ask(up.url, "/readyz")).status === 200);
});
