/** Goal: roles end when they are asked to, and tell a user's mistake in one sentence. */
import { CompressionTypes } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { membersOf, produce } from "../support/kafka/records.ts";
import { allowSnappy } from "../support/kafka/snappy.ts";
import { until } from "../support/poll.ts";
import { type Environment, runVerb, startRole, stopRoles } from "../support/roles.ts";
import { freshDatabase } from "../support/shared.ts";
import { bundledSample } from "../support/test-data.ts";
import { protoRequest } from "../support/tool-calls.ts";

let installation: KafkaInstallation;
beforeAll(async () => {
  installation = await kafkaInstallation({ partitions: 2 });
}, 60_000);
afterEach(stopRoles);
afterAll(() => installation.drop());

describe("SIGTERM", () => {
  const roles = [
    { name: "process", ready: "partitions assigned", group: () => `${installation.groupId}-process` },
    { name: "detect", ready: "partitions assigned", group: () => installation.groupId },
  ];

  test.each(roles)(
    "ends $name within 10 s with code 0, also under load, and it leaves its group",
    async ({ name, ready, group }) => {
      const { brokers, topics, env } = installation;
      const topic = name === "process" ? topics.raw : topics.spans;
      const role = startRole(name, env);
      await until(`${name} is ready`, () => role.logs().includes(ready), 30_000);
      expect(await membersOf(brokers, group())).toBe(1);
      const load = Array.from({ length: 50 }, (_, ordinal) => ({
        value: protoRequest(
          Array.from({ length: 40 }, (__, at) => ({ identityId: "agent:a", ordinal: ordinal * 40 + at })),
        ),
      }));
      await produce(brokers, topic, load);

      const { code, afterMs } = await role.stop();
      expect(code).toBe(0);
      expect(afterMs).toBeLessThan(10_000);
      expect(await membersOf(brokers, group())).toBe(0);
      expect(role.logs()).not.toMatch(/"level":"error"|\.[jt]s:\d+/u);
    },
    60_000,
  );

  test("ends serve and alert within 10 s with code 0", async () => {
    const [port = 0] = await freePorts(1);
    const serve = startRole("serve", {
      ...installation.env,
      ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(port)}`,
    });
    const alert = startRole("alert", {
      ...installation.env,
      ANSWERABLE_WEBHOOK_URL: "http://127.0.0.1:9/hook",
      ANSWERABLE_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    });
    await until(
      "both are ready",
      () => serve.logs().includes("serving") && alert.logs().includes("delivering alerts"),
      30_000,
    );
    for (const ended of await Promise.all([serve.stop(), alert.stop()])) {
      expect(ended.code).toBe(0);
      expect(ended.afterMs).toBeLessThan(10_000);
    }
  }, 60_000);
});

const without =
  (variable: string) =>
  (env: Environment): Environment =>
    Object.fromEntries(Object.entries(env).filter(([name]) => name !== variable));
const having =
  (more: Environment) =>
  (env: Environment): Environment => ({ ...env, ...more });

interface Mistake {
  readonly name: string;
  readonly verbs: readonly (readonly string[])[];
  readonly env: (env: Environment) => Environment;
  readonly says: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    name: "no brokers are set",
    verbs: [["process"], ["detect"], ["serve"], ["topics"]],
    env: without("ANSWERABLE_KAFKA_BROKERS"),
    says: /^kafka\.brokers is not set \(ANSWERABLE_KAFKA_BROKERS=host:port,…\); this role needs Kafka\n$/u,
  },
  {
    name: "no ClickHouse is set",
    verbs: [["detect"], ["serve"], ["alert"], ["migrate"]],
    env: without("ANSWERABLE_CLICKHOUSE_URL"),
    says: /^clickhouse\.url is not set \(ANSWERABLE_CLICKHOUSE_URL\); .*\n$/u,
  },
  {
    name: "nobody answers as broker",
    verbs: [["process"], ["detect"], ["serve"], ["topics"], ["replay", bundledSample, "--to", "127.0.0.1:9"]],
    env: having({ ANSWERABLE_KAFKA_BROKERS: "127.0.0.1:9" }),
    says: /^Kafka at 127\.0\.0\.1:9 can't be used: .*ECONNREFUSED.*\n$/u,
  },
  {
    name: "nobody answers as ClickHouse",
    verbs: [["detect"], ["serve"], ["alert"], ["migrate"]],
    env: having({ ANSWERABLE_CLICKHOUSE_URL: "http://127.0.0.1:9" }),
    says: /^ClickHouse at http:\/\/127\.0\.0\.1:9 can't be reached: .*ECONNREFUSED.*\n$/u,
  },
  {
    name: "the raw topic is unknown",
    verbs: [["process"]],
    env: having({ ANSWERABLE_KAFKA_TOPICS_RAW: "nowhere" }),
    says: /^the topic nowhere doesn't exist at \S+; `answerable topics` creates what is missing\n$/u,
  },
  {
    name: "two topics are unknown",
    verbs: [["detect"]],
    env: having({ ANSWERABLE_KAFKA_TOPICS_SPANS: "nowhere", ANSWERABLE_KAFKA_TOPICS_CONTROL: "nobody" }),
    says: /^the topics nowhere, nobody don't exist at .*\n$/u,
  },
  {
    name: "more replicas than brokers",
    verbs: [["topics", "--replicas", "3"]],
    env: having({ ANSWERABLE_KAFKA_TOPICS_RAW: "too.wide" }),
    says: /^Kafka at \S+ can't be used: .*[Rr]eplication.*\n$/u,
  },
  {
    name: "a heart that beats too seldom",
    verbs: [["detect"]],
    env: having({ ANSWERABLE_KAFKA_HEARTBEAT_MS: "5000" }),
    says: /^kafka\.heartbeatMs is 5000; it must be at most a third of kafka\.sessionTimeoutMs \(6000\), .*\n$/u,
  },
  {
    name: "a database that isn't there",
    verbs: [["detect"], ["serve"]],
    env: having({ ANSWERABLE_CLICKHOUSE_DATABASE: "nowhere_at_all" }),
    says: /^.*nowhere_at_all.*\n$/u,
  },
];

describe("a mistake is told in one sentence", () => {
  test.each(mistakes)("$name", async ({ verbs, env, says }) => {
    const results = await Promise.all(verbs.map((verb) => runVerb(verb, env(installation.env), 30_000)));
    for (const { code, err, out } of results) {
      expect(err).toMatch(says);
      expect({ code, out }).toEqual({ code: 1, out: "" });
    }
  });

  test("records in a compression that the client doesn't know", async () => {
    const { brokers, topics, env } = installation;
    allowSnappy();
    const role = startRole("process", env);
    await produce(
      brokers,
      topics.raw,
      [{ value: protoRequest([{ identityId: "agent:a", ordinal: 0 }]) }],
      CompressionTypes.Snappy,
    );
    const { code } = await until("process has ended", () => role.ended(), 30_000);
    expect(code).toBe(1);
    expect(role.logs()).toMatch(
      /^a topic holds records that can't be read here \(Snappy compression not implemented\); let its producers use zstd, gzip or no compression$/mu,
    );
    expect(role.logs()).not.toMatch(/\.[jt]s:\d+/u);
  }, 60_000);

  test("a database without a schema", async () => {
    const empty = await freshDatabase();
    const env = { ...installation.env, ANSWERABLE_CLICKHOUSE_DATABASE: empty.name };
    expect(await runVerb(["detect"], env)).toEqual({
      code: 1,
      out: "",
      err: "the database holds no schema yet; run `answerable migrate`\n",
    });
    await empty.drop();
  });
});
