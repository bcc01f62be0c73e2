/**
 * Goal: the numbers reach a collector when OpenTelemetry's own variables ask for it, and only then.
 * Method: the setting by cases; then a role whose collector is away first and there later.
 */
import { afterEach, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { otlpPush } from "../../detector/otlp-export.ts";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation } from "../support/kafka/installation.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";

const endpoint = "http://127.0.0.1:4318";

describe("numbers are pushed", () => {
  const cases: readonly {
    readonly env: Readonly<Record<string, string>>;
    readonly everyMs: number | undefined;
  }[] = [
    { env: {}, everyMs: undefined },
    { env: { OTEL_METRICS_EXPORTER: "otlp" }, everyMs: 60_000 },
    { env: { OTEL_METRICS_EXPORTER: "prometheus, otlp", OTEL_METRIC_EXPORT_INTERVAL: "500" }, everyMs: 500 },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, everyMs: 60_000 },
    {
      env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint, OTEL_METRIC_EXPORT_INTERVAL: "soon" },
      everyMs: 60_000,
    },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: "none" }, everyMs: undefined },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" }, everyMs: undefined },
    { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, everyMs: undefined },
  ];
  test.each(cases)("$env: every $everyMs ms", ({ env, everyMs }) => {
    expect(otlpPush(env, () => undefined)?.intervalMs).toBe(everyMs);
  });

  test("a protocol that is not spoken is told", () => {
    const told: string[] = [];
    otlpPush({ OTEL_METRICS_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, (_, message) =>
      told.push(message),
    );
    expect(told).toEqual([
      "metrics are sent as OTLP http/protobuf; the protocol asked for is not spoken here",
    ]);
  });
});

let collector: Server | undefined;
afterEach(async () => {
  await stopRoles();
  collector?.closeAllConnections();
  collector?.close();
});

test("a collector that is away is told once and costs nothing; when it is there it gets the numbers", async () => {
  const [port = 0] = await freePorts(1);
  const installation = await kafkaInstallation({ partitions: 1 });
  const role = startRole("detect", {
    ...installation.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}`,
    OTEL_METRIC_EXPORT_INTERVAL: "200",
    OTEL_EXPORTER_OTLP_TIMEOUT: "150",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=canary",
  });
  await until("it says that the collector is away", () => role.logs().includes("can't be exported"), 30_000);
  const bodies: string[] = [];
  collector = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      bodies.push(`${req.method ?? ""} ${req.url ?? ""} ${Buffer.concat(chunks).toString("latin1")}`);
      res.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    });
  });
  collector.listen(port, "127.0.0.1");
  await once(collector, "listening");
  const body = await until("numbers have come", () => bodies[0], 30_000);
  expect(body).toMatch(/^POST \/v1\/metrics /u);
  for (const said of ["answerable_spans_total", "dead_lettered", "service.instance.id", "detect"])
    expect(body).toContain(said);
  await until("it says that all is well", () => role.logs().includes("metrics are exported again"), 30_000);
  expect(role.logs().split("can't be exported")).toHaveLength(2);
  expect(role.logs()).not.toContain("canary");
  expect(await role.stop()).toMatchObject({ code: 0 });
  await installation.drop();
}, 90_000);
