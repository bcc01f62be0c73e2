import { detectors } from "../../detector/detect/index.ts";
import { describe, expect, test } from "@jest/globals";
import { problems, webhookSecret, type Given } from "./support.ts";

const hash = "ab".repeat(32);
const hook = `name: a, url: "https://x.example"`;

describe("each mistake is one sentence that says what is allowed", () => {
  const cases: readonly (Given & { readonly says: readonly string[] })[] = [
    {
      yaml: "http: { listten: x }",
      says: ["http.listten is not a setting; did you mean http.listen?"],
    },
    {
      yaml: "http: { in_flight_bytes_max: 1 }",
      says: ["http.in_flight_bytes_max is not a setting; did you mean http.inFlightBytesMax?"],
    },
    { yaml: "listen: x", says: ["listen is not a setting; did you mean http.listen or telemetry.listen?"] },
    {
      yaml: "colour: red",
      says: [
        "colour is not a setting; allowed here are data, clickhouse, http, kafka, chunk, state, identities, rules, patterns, learning, peers, limits, hooks, approvals, alerts, revocation, integrity, telemetry",
      ],
    },
    {
      yaml: "chunk: { recordsMax: many }",
      says: [
        'chunk.recordsMax is "many"; it must be a whole number from 1 to 100000 (ANSWERABLE_CHUNK_RECORDS_MAX)',
      ],
    },
    {
      env: { ANSWERABLE_CHUNK_RECORDS_MAX: "0" },
      says: [
        "chunk.recordsMax is 0; it must be a whole number from 1 to 100000 (ANSWERABLE_CHUNK_RECORDS_MAX)",
      ],
    },
    {
      yaml: "chunk: { recordsMax: 1.5 }",
      says: [
        "chunk.recordsMax is 1.5; it must be a whole number from 1 to 100000 (ANSWERABLE_CHUNK_RECORDS_MAX)",
      ],
    },
    { yaml: "kafka: { tls: 1 }", says: ["kafka.tls is 1; it must be true or false (ANSWERABLE_KAFKA_TLS)"] },
    {
      yaml: "kafka: { encoding: json }",
      says: ['kafka.encoding is "json"; it must be one of otlp_proto, otlp_json (ANSWERABLE_KAFKA_ENCODING)'],
    },
    {
      yaml: "kafka: { brokers: [a] }",
      says: ['kafka.brokers[0] is "a"; it must be host:port, for example kafka-0:9092'],
    },
    {
      yaml: "kafka: { brokers: a }",
      says: [
        "kafka.brokers has a wrong value; it must be a list of at most 100 brokers (ANSWERABLE_KAFKA_BROKERS)",
      ],
    },
    { yaml: "chunk: 5", says: ["chunk has a wrong value; it must be a group of settings"] },
    {
      env: { ANSWERABLE_KAFKA_SASL_USERNAME: "u" },
      says: [
        "kafka.sasl.mechanism is missing; it must be one of plain, scram-sha-256, scram-sha-512 (ANSWERABLE_KAFKA_SASL_MECHANISM)",
      ],
    },
    {
      yaml: "http: { listen: 127.0.0.1 }",
      says: [
        'http.listen is "127.0.0.1"; it must be a host and a port, for example 127.0.0.1:4318 (ANSWERABLE_HTTP_LISTEN)',
      ],
    },
    {
      yaml: "http: { listen: 127.0.0.1:70000 }",
      says: ['http.listen is "127.0.0.1:70000"; its port must be 0 to 65535 (ANSWERABLE_HTTP_LISTEN)'],
    },
    {
      yaml: "telemetry: { listen: 127.0.0.1:70000 }",
      says: [
        'telemetry.listen is "127.0.0.1:70000"; its port must be 0 to 65535 (ANSWERABLE_TELEMETRY_LISTEN)',
      ],
    },
    {
      env: { ANSWERABLE_TELEMETRY_LISTEN: "0.0.0.0:9465" },
      says: [
        'telemetry.listen is "0.0.0.0:9465", which others can reach, and nobody would have to prove who they are; give a client in http.clients a tokenSha256, set http.tls.clientCaFile, or listen on 127.0.0.1',
      ],
    },
    {
      env: { ANSWERABLE_TELEMETRY_LISTEN: "on" },
      says: [
        'telemetry.listen is "on"; it must be off, or a host and a port, for example 127.0.0.1:9465 (ANSWERABLE_TELEMETRY_LISTEN)',
      ],
    },
    {
      env: { ANSWERABLE_HTTP_LISTEN: "0.0.0.0:4318" },
      says: [
        'http.listen is "0.0.0.0:4318", which others can reach, and nobody would have to prove who they are; give a client in http.clients a tokenSha256, set http.tls.clientCaFile, or listen on 127.0.0.1',
      ],
    },
    {
      yaml: "http: { clients: [{ name: a, tokenSha256: abc }] }",
      says: [
        "http.clients[0].tokenSha256 has a wrong value; it must be the SHA-256 of the token, 64 hex digits in quotes",
      ],
    },
    {
      yaml: "http: { clients: [{ name: a }] }",
      says: ["http.clients[0] can't be recognised; give it tokenSha256 or certificateSubject"],
    },
    {
      yaml: "http: { clients: [{ name: a, certificateSubject: b }] }",
      says: [
        "http.clients[0].certificateSubject needs http.tls.clientCaFile, which says whose certificates count",
      ],
    },
    {
      yaml: `http: { clients: [{ name: a, tokenSha256: "${hash}" }, { name: b, tokenSha256: "${hash.toUpperCase()}" }] }`,
      says: ["http.clients[1].tokenSha256 is the same as in http.clients[0]; each client needs its own"],
    },
    {
      yaml: `http: { clients: [{ name: a, tokenSha256: "${hash}", may: [write] }] }`,
      says: ['http.clients[0].may[0] is "write"; it must be one of send, guard, read, decide'],
    },
    {
      yaml: "http: { inFlightBytesMax: 2097152 }",
      says: [
        "http.inFlightBytesMax is 2097152; it must be at least 33554432, twice the largest of limits.bodyBytesMax and limits.inflatedBytesMax, or the largest request could never be taken",
      ],
    },
    {
      yaml: "clickhouse: { url: 'http://user:canary@db' }",
      says: [
        "clickhouse.url has a wrong value; it must be an http:// or https:// address without user and password (ANSWERABLE_CLICKHOUSE_URL)",
      ],
    },
    {
      yaml: `alerts: { webhooks: [{ ${hook} }] }`,
      says: [
        'alerts.webhooks[0] ("a") has no secret, so its receiver could not tell our alerts from forged ones; set secret or secretFile',
      ],
    },
    {
      env: { ANSWERABLE_WEBHOOK_URL: "https://x.example" },
      says: [
        'alerts.webhooks[0] ("default") has no secret, so its receiver could not tell our alerts from forged ones; set secret or secretFile',
      ],
    },
    {
      env: { ANSWERABLE_WEBHOOK_SECRET: webhookSecret },
      says: ["ANSWERABLE_WEBHOOK_SECRET is set without ANSWERABLE_WEBHOOK_URL; set both or none"],
    },
    {
      yaml: `alerts: { webhooks: [{ ${hook}, secret: ${webhookSecret} }, { ${hook}, secret: ${webhookSecret} }] }`,
      says: ['alerts.webhooks[1].name is "a", which is taken'],
    },
    {
      yaml: `alerts: { webhooks: [{ ${hook}, secret: whsec_short }] }`,
      says: [
        "alerts.webhooks[0].secret has a wrong value; it must be whsec_ and the base64 of 24 to 64 bytes",
      ],
    },
    {
      yaml: "clickhouse: { passwordFile: /p }",
      says: ["clickhouse.passwordFile names a file that can't be read (ENOENT)"],
    },
    {
      yaml: "clickhouse: { password: a, passwordFile: /p }",
      says: ["clickhouse.password and clickhouse.passwordFile are both set; keep one"],
    },
    {
      env: { ANSWERABLE_HTTP_LISTTEN: "x" },
      says: ["ANSWERABLE_HTTP_LISTTEN is not a setting; did you mean ANSWERABLE_HTTP_LISTEN?"],
    },
    {
      env: { ANSWERABLE_HTTP_CLIENTS: "x" },
      says: ["ANSWERABLE_HTTP_CLIENTS can't be a variable; write http.clients in the file"],
    },
    {
      yaml: "http:\n\tlisten: x",
      says: ["answerable.yaml, line 2, column 1: indentation must be spaces, not tabs"],
    },
    { yaml: "data: a\ndata: b", says: ["answerable.yaml, line 2, column 1: this key is already there"] },
    {
      yaml: "data: 'a",
      says: ["answerable.yaml, line 1, column 9: a closing quote, bracket or colon is missing"],
    },
    {
      yaml: "data: *canary",
      says: ["answerable.yaml: an alias (*name) has no anchor before it, or there are too many"],
    },
    {
      yaml: "rules: { off: [outside-grants] }",
      says: [
        `rules.off names outside-grants, which is no rule that can be switched off; there are ${detectors.map(({ id }) => id).join(", ")}`,
      ],
    },
    { yaml: "- a", says: ['answerable.yaml must hold settings, for example "data: ./answerable-data"'] },
  ];
  test.each(cases)("$says.0", async ({ says, ...given }) => {
    expect(await problems(given)).toEqual(says);
  });

  test("all mistakes are told at once", async () => {
    const yaml = "chunk: { recordsMax: 0, bytesMax: 0 }\nfoo: 1\nkafka: { tls: maybe }";
    expect(await problems({ yaml, env: { ANSWERABLE_NO_SUCH_THING: "x" } })).toHaveLength(5);
  });
});

describe("a secret is never told", () => {
  const canary = "canary-5e1f";
  const cases: readonly Given[] = [
    { yaml: `clickhouse: { passwrd: ${canary} }` },
    { yaml: `clickhouse: ${canary}` },
    { yaml: `clickhouse: { password: [${canary}] }` },
    { yaml: `clickhouse: { passwordFile: ${canary} }` },
    { yaml: `clickhouse: { url: "https://x:${canary}@db" }` },
    { yaml: `clickhouse: { password: "${canary} }` },
    { yaml: `clickhouse: { password: *${canary} }` },
    { yaml: `clickhouse: { password: !${canary} [1] }` },
    { yaml: `http: { clients: [{ name: a, tokenSha256: ${canary} }] }` },
    { yaml: `http: { clients: ${canary} }` },
    { yaml: `kafka: { sasl: { mechanism: plain, username: u, password: { a: ${canary} } } }` },
    { yaml: `alerts: { webhooks: [{ name: a, url: "${canary}://x", secret: ${canary} }] }` },
    { yaml: `alerts: { webhooks: [${canary}] }` },
    { env: { ANSWERABLE_WEBHOOK_URL: `ftp://x/${canary}`, ANSWERABLE_WEBHOOK_SECRET: canary } },
    { env: { ANSWERABLE_CLICKHOUSE_PASWORD: canary } },
    { env: { ANSWERABLE_CLICKHOUSE_PASSWORD: canary.repeat(200) } },
  ];
  test.each(cases)("%j", async (given) => {
    const found = await problems(given);
    expect(found).not.toEqual([]);
    expect(found.join("\n")).not.toContain(canary);
  });
});
