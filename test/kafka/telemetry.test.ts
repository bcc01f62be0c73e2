/**
 * Goal: whoever sees nothing but /metrics can tell that no span is unaccounted for, how far behind we are, and why.
 * Method: all roles of a Kafka installation as processes of their own, a gate before ClickHouse, and no look into the store.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { alertOf, secret } from "../alert/support.ts";
import { type Gate, openGate } from "../support/gate.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce } from "../support/kafka/records.ts";
import { boardNames, metricsOf, type MetricsPage, metricsUrlOf } from "../support/metrics.ts";
import { attribute, block, requestOf, spanContent } from "../support/otlp-bytes.ts";
import { until } from "../support/poll.ts";
import { type Environment, type Role, startRole, stopRoles } from "../support/roles.ts";
import { clickHouseVariable } from "../support/shared.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { protoRequest, type ToolCall } from "../support/tool-calls.ts";
import { startUp } from "../support/up.ts";

let installation: KafkaInstallation;
let gate: Gate;
let env: Environment;
beforeAll(async () => {
  installation = await kafkaInstallation({ partitions: 2 });
  gate = await openGate(process.env[clickHouseVariable] ?? "");
  env = {
    ...installation.env,
    ANSWERABLE_CLICKHOUSE_URL: gate.url,
    ANSWERABLE_HTTP_LISTEN: "127.0.0.1:0",
    ANSWERABLE_WEBHOOK_URL: "http://127.0.0.1:9/nobody-is-there",
    ANSWERABLE_WEBHOOK_SECRET: secret,
  };
}, 60_000);
afterAll(async () => {
  await stopRoles();
  gate.open();
  await gate.stop();
  await installation.drop();
});

/** A role that ended by itself has said why. */
function expectRunning(roles: Readonly<Record<string, Role>>): void {
  for (const [name, role] of Object.entries(roles))
    if (role.ended() !== undefined) throw new Error(`${name} has ended: ${role.logs()}`);
}

async function statusOf(url: string, path: string): Promise<number> {
  const answer = await fetch(`${url}${path}`);
  await answer.text();
  return answer.status;
}

const call = (ordinal: number): ToolCall => ({ identityId: `agent:${String(ordinal % 8)}`, ordinal });
const calls = (from: number, count: number): readonly ToolCall[] =>
  Array.from({ length: count }, (_, at) => call(from + at));
const ids = (): { traceId: Buffer; spanId: Buffer } => ({ traceId: randomBytes(16), spanId: randomBytes(8) });
/** What carries no action of anybody's. */
const idle = (): Buffer => requestOf(spanContent(ids()));
/** A span whose identity is longer than any may be. */
const bad = (): Buffer =>
  requestOf(spanContent({ ...ids(), more: [attribute("nhi.identity.id", block(1, "x".repeat(40_000)))] }));

/** Counters that begin with the first trouble of their kind, or its answer; the tests of these look at them. */
const ofTrouble: ReadonlySet<string> = new Set([
  "answerable_lost_records_total",
  "answerable_refused_batches_total",
  "answerable_responses_total",
  "answerable_revocation_attempts_total",
]);

function outcomes(page: MetricsPage): Readonly<Record<string, number | undefined>> {
  const of = (outcome: string): number | undefined => page.sum("answerable_spans_total", { outcome });
  return {
    action: of("action"),
    no_action: of("no_action"),
    duplicate: of("duplicate"),
    dead_lettered: of("dead_lettered"),
  };
}

test("every role answers, the sums agree at every look, lag rises while the store is away and falls to nought after", async () => {
  const roles = {
    process: startRole("process", env),
    detect: startRole("detect", env),
    serve: startRole("serve", env),
    alert: startRole("alert", env),
  };
  const [process, detect, serve, alert] = await Promise.all(Object.values(roles).map(metricsUrlOf));
  if (process === undefined || detect === undefined || serve === undefined || alert === undefined)
    throw new Error();
  const { brokers, topics, database } = installation;
  for (const url of [process, detect, serve, alert]) {
    await until("the role is ready", async () => {
      expectRunning(roles);
      return (await statusOf(url, "/readyz")) === 200;
    });
    expect(await statusOf(url, "/healthz")).toBe(200);
    expect(await statusOf(url, "/elsewhere")).toBe(404);
  }

  // Looks at the sums all the while: in the middle of work they must agree too.
  let looks = 0;
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; looks += 1) {
      const [at, of] = await Promise.all([metricsOf(detect), metricsOf(process)]);
      expect(at.sum("answerable_spans_total")).toBe(at.sum("answerable_detect_accepted_spans_total"));
      expect(at.sum("answerable_dead_letters_total") ?? 0).toBe(outcomes(at)["dead_lettered"]);
      expect(of.sum("answerable_process_spans_total", { direction: "in" })).toBe(
        (of.sum("answerable_process_spans_total", { direction: "out" }) ?? 0) +
          (of.sum("answerable_process_rejected_spans_total") ?? 0),
      );
    }
  })();

  const good = calls(0, 400);
  const again = good.slice(0, 50);
  await produce(brokers, topics.raw, [
    ...[good.slice(0, 200), good.slice(200), again].map((some) => ({ value: protoRequest(some) })),
    ...[idle(), idle(), idle(), bad(), bad(), Buffer.from("no protobuf")].map((value) => ({ value })),
  ]);
  await produce(brokers, topics.spans, [{ value: Buffer.from("no protobuf either"), key: "g0001" }]);
  const lag = (page: MetricsPage): number | undefined => page.sum("answerable_consumer_lag_records");
  const page = await until(
    "all is accounted for and nothing waits",
    async () => {
      const now = await metricsOf(detect);
      return now.sum("answerable_detect_accepted_spans_total") === 454 && lag(now) === 0 && now;
    },
    30_000,
  );
  expect(outcomes(page)).toEqual({ action: 400, no_action: 3, duplicate: 50, dead_lettered: 1 });
  expect(page.sum("answerable_dead_letters_total", { reason: "malformed" })).toBe(1);
  expect(page.sum("answerable_state_identities")).toBe(8);
  expect(page.sum("answerable_state_bytes")).toBeGreaterThan(8 * 50);
  expect(page.sum("answerable_chunk_duration_seconds_count")).toBeGreaterThan(0);
  expect(page.sum("answerable_checkpoint_age_seconds")).toBeGreaterThanOrEqual(0);
  const before = await metricsOf(process);
  expect({
    in: before.sum("answerable_process_spans_total", { direction: "in" }),
    out: before.sum("answerable_process_spans_total", { direction: "out" }),
    unreadable: before.sum("answerable_process_rejected_records_total", { reason: "malformed" }),
  }).toEqual({ in: 455, out: 453, unreadable: 1 });

  gate.shut();
  await produce(
    brokers,
    topics.raw,
    Array.from({ length: 5 }, (_, at) => ({ value: protoRequest(calls(400 + at * 20, 20)) })),
  );
  const behind = await until(
    "detect is seen to fall behind",
    async () => {
      const now = await metricsOf(detect);
      return (lag(now) ?? 0) > 0 && now;
    },
    30_000,
  );
  expect(outcomes(behind)).toEqual(outcomes(page));
  expect(await statusOf(detect, "/readyz")).toBe(503);
  expect(await statusOf(detect, "/healthz")).toBe(200);
  expect(await statusOf(process, "/readyz")).toBe(200);
  gate.open();
  const after = await until(
    "it has caught up",
    async () => {
      const now = await metricsOf(detect);
      return outcomes(now)["action"] === 500 && lag(now) === 0 && now;
    },
    60_000,
  );
  await until("it is ready again", async () => (await statusOf(detect, "/readyz")) === 200);
  isOver = true;
  await watching;
  expect(looks).toBeGreaterThan(10);

  // What the outbox waits for; nobody takes the alert.
  const { id, tenant, episodeId, atUs, body } = alertOf();
  const row = { tenant, alert_id: id, episode_id: episodeId, at: new Date(atUs / 1000).toISOString(), body };
  await sql(
    globalThis.process.env[clickHouseVariable] ?? "",
    `INSERT INTO alerts SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow ${JSON.stringify(row)}`,
    { database },
  );
  const told = await until(
    "the alert is pending",
    async () => {
      const now = await metricsOf(alert);
      return (
        now.sum("answerable_alert_pending") === 1 &&
        now.sum("answerable_alert_attempts_total", { outcome: "failed" }) !== undefined &&
        now
      );
    },
    30_000,
  );
  expect(told.sum("answerable_alert_pending_age_seconds")).toBeGreaterThan(60);

  await fetch(`${await servedAt(roles.serve)}/v1/findings?limit=1`);
  const asked = await metricsOf(serve);
  expect(
    asked.sum("answerable_http_request_duration_seconds_count", { route: "/v1/findings", code: "200" }),
  ).toBe(1);

  const shown = new Set([
    ...(await upNames()),
    ...[after, before, told, asked].flatMap(({ names }) => [...names]),
  ]);
  const missing = [...boardNames()].filter((name) => !shown.has(name) && !ofTrouble.has(name));
  expect(missing).toEqual([]);
  for (const role of Object.values(roles)) expect(await role.stop()).toMatchObject({ code: 0 });
}, 180_000);

async function servedAt(role: Role): Promise<string> {
  const line = role
    .logs()
    .split("\n")
    .find((one) => one.includes('"serving"'));
  return (JSON.parse(line ?? "{}") as { url: string }).url;
}

/** What `up` shows after requests of every kind. */
async function upNames(): Promise<readonly string[]> {
  const folder = tempFolder("metrics");
  const up = await startUp({
    dataDir: folder.path,
    env: {
      ANSWERABLE_CLICKHOUSE_URL: gate.url,
      ANSWERABLE_CLICKHOUSE_DATABASE: installation.database,
    },
  });
  const send = async (body: Uint8Array, type = "application/x-protobuf"): Promise<number> =>
    (await fetch(`${up.url}/v1/traces`, { method: "POST", headers: { "content-type": type }, body })).status;
  expect([
    await send(protoRequest(calls(1_000, 10))),
    await send(bad()),
    await send(Buffer.from("no protobuf")),
    await send(Buffer.from("x"), "text/html"),
  ]).toEqual([200, 200, 400, 415]);
  const page = await metricsOf(up.url);
  expect(page.sum("answerable_spans_received_total")).toBe(11);
  expect(page.sum("answerable_spans_accepted_total")).toBe(10);
  expect(page.sum("answerable_spans_rejected_total")).toBe(1);
  expect(page.sum("answerable_spans_shed_total")).toBe(0);
  await up.stop();
  folder.remove();
  return [...page.names];
}

test("a port that is taken is told with the setting that changes it", async () => {
  const taken = new URL(gate.url).host;
  const role = startRole("detect", { ...env, ANSWERABLE_TELEMETRY_LISTEN: taken });
  await until("it has ended", () => role.ended(), 30_000);
  expect(role.ended()).toMatchObject({ code: 1 });
  expect(role.logs()).toContain(
    `Can't listen on ${taken}: another program does already; stop it or choose another port (telemetry.listen, ANSWERABLE_TELEMETRY_LISTEN).`,
  );
}, 60_000);

test("telemetry.listen: off answers nowhere", async () => {
  const role = startRole("process", { ...env, ANSWERABLE_TELEMETRY_LISTEN: "off" });
  await until("it has begun", () => role.logs().includes('"processing"'), 30_000);
  expect(role.logs()).not.toContain("answering /metrics");
}, 60_000);
