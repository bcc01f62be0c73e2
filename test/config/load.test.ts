import { describe, expect, test } from "@jest/globals";
import { describeConfig } from "../../detector/config/describe.ts";
import { loadConfig } from "../../detector/config/load.ts";
import { defaultLimits } from "../../detector/decode/limits.ts";
import { load, webhookSecret, type Given } from "./support.ts";

async function configOf(given: Given) {
  const result = await load(given);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.config;
}

async function readFile(): Promise<string> {
  return await Promise.reject(Object.assign(new Error("no"), { code: "EACCES" }));
}

test("nothing need be set", async () => {
  const config = await configOf({});
  expect(config).toMatchObject({
    data: "./answerable-data",
    clickhouse: { user: "default", database: "answerable" },
    http: {
      listen: "127.0.0.1:4318",
      clients: [],
      inFlightBytesMax: 64 * 1024 * 1024,
      bodyTimeoutMs: 30_000,
    },
    kafka: {
      brokers: [],
      topics: { raw: "otlp_spans", spans: "nhi.spans", control: "nhi.control", deadLetters: "nhi.spans.dlq" },
    },
    chunk: { recordsMax: 2000, bytesMax: 8 * 1024 * 1024 },
    alerts: { webhooks: [] },
    revocation: [],
  });
  expect(config.limits).toEqual(defaultLimits);
  expect(await configOf({ yaml: "# nothing but\n# comments\n" })).toEqual(config);
  expect(await configOf({ yaml: "http:\n  # listen: x\nkafka: ~\n" })).toEqual(config);
});

describe("the environment", () => {
  test("wins over the file, setting by setting", async () => {
    const yaml = "http: { listen: 127.0.0.1:1, connectionsMax: 7 }\nkafka: { brokers: [a:1], tls: false }";
    const env = {
      ANSWERABLE_HTTP_LISTEN: "[::1]:2",
      ANSWERABLE_KAFKA_BROKERS: "b:1, c:2,",
      ANSWERABLE_KAFKA_TLS: "true",
      ANSWERABLE_LIMITS_SPANS_MAX: "9",
      ANSWERABLE_KAFKA_TOPICS_DEAD_LETTERS: "dlq",
      ANSWERABLE_DATA: "",
    };
    expect(await configOf({ yaml, env })).toMatchObject({
      data: "./answerable-data",
      http: { listen: "[::1]:2", connectionsMax: 7 },
      kafka: { brokers: ["b:1", "c:2"], tls: true, topics: { raw: "otlp_spans", deadLetters: "dlq" } },
      limits: { spansMax: 9 },
    });
  });

  test("has names that are not ours", async () => {
    const env = {
      ANSWERABLE_IDENTITY: "agent:a",
      ANSWERABLE_IDENTITY_KIND: "ai_agent",
      ANSWERABLE_ENDPOINT: "http://127.0.0.1:4318",
      ANSWERABLE_EXPORTER: "console",
      ANSWERABLE_KEY: "sixteen bytes or more",
      ANSWERABLE_PROPAGATE_TO: "*.acme.example",
      ANSWERABLE_CONFIG: "x.yaml",
      ANSWERABLE_PORT: "tcp://10.0.0.1:4318",
      ANSWERABLE_PORT_4318_TCP_ADDR: "10.0.0.1",
      ANSWERABLE_SERVICE_HOST: "10.0.0.1",
      ANSWERABLE_HTTP_SERVICE_PORT_OTLP: "4318",
      PATH: "/bin",
    };
    expect(await configOf({ env })).toEqual(await configOf({}));
  });

  test("adds a webhook of its own, in place of one of the same name", async () => {
    const yaml = `alerts: { webhooks: [{ name: other, url: "https://o.example", secret: ${webhookSecret} }, { name: default, url: "https://d.example" }] }`;
    const env = { ANSWERABLE_WEBHOOK_URL: "https://e.example/x", ANSWERABLE_WEBHOOK_SECRET: webhookSecret };
    expect((await configOf({ yaml, env })).alerts.webhooks).toEqual([
      { name: "other", url: "https://o.example", secret: webhookSecret, minSeverity: "medium" },
      { name: "default", url: "https://e.example/x", secret: webhookSecret, minSeverity: "medium" },
    ]);
  });
});

test("secrets are read from their files, without the line break at the end", async () => {
  const config = await configOf({
    yaml: `alerts: { webhooks: [{ name: a, url: "https://a.example", secretFile: /run/hook }] }\nkafka: { sasl: { mechanism: plain, username: u, passwordFile: /run/kafka } }`,
    env: { ANSWERABLE_CLICKHOUSE_PASSWORD_FILE: "/run/db" },
    files: { "/run/db": "one\n", "/run/kafka": "two\r\n", "/run/hook": webhookSecret },
  });
  expect([
    config.clickhouse.password,
    config.kafka.sasl?.password,
    config.alerts.webhooks[0]?.secret,
  ]).toEqual(["one", "two", webhookSecret]);
});

test("a file that was asked for must be there", async () => {
  expect(await loadConfig({ path: "my.yaml", env: {}, readFile })).toEqual({
    ok: false,
    problems: ["my.yaml can't be read (EACCES)"],
  });
  expect(await loadConfig({ env: {}, readFile })).toEqual({
    ok: false,
    problems: ["answerable.yaml can't be read (EACCES)"],
  });
});

test("keys that could reach into our objects are keys like any other", async () => {
  expect(
    await load({ yaml: "__proto__: { polluted: 1 }\nhttp: { constructor: 1, toString: 2 }" }),
  ).toMatchObject({ ok: false });
  expect("polluted" in {}).toBe(false);
});

test("the printed configuration shows everything but secrets, and reads back", async () => {
  const yaml = `
clickhouse: { url: "https://db.example:8443", password: canary-1 }
http:
  listen: 0.0.0.0:4318
  clients: [{ name: a, tokenSha256: "${"c0".repeat(32)}", identities: ["agent:*"] }]
kafka: { sasl: { mechanism: scram-sha-512, username: u, password: canary-2 } }
alerts: { webhooks: [{ name: chat, url: "https://hooks.example/services/canary-3", secret: ${webhookSecret} }] }`;
  const printed = describeConfig(await configOf({ yaml }));
  expect(printed).not.toMatch(/canary|whsec_|c0c0/u);
  expect(printed).toContain("password: (set)");
  expect(printed).toContain("url: https://hooks.example/…");
  expect(printed).toContain("url: https://db.example:8443");
  expect(printed).toContain("agent:*");
  const plain = describeConfig(await configOf({}));
  expect(await configOf({ yaml: plain })).toEqual(await configOf({}));
});
