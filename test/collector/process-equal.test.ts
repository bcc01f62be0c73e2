/**
 * Goal: it is the same to the detector whether a raw topic is re-keyed by `answerable process` or by our Collector.
 * Method: the same recorded records and a broken one once through each; keys are compared span by span, and what the
 * detector stores of both row by row.
 */
import { afterEach, expect, test } from "@jest/globals";
import { keyGroup } from "../../detector/decode/index.ts";
import { batchesOf } from "../../detector/replay/batches.ts";
import { type RunningCollector, startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { auditTopic } from "../support/gateway/topic-audit.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { runVerb, startRole, stopRoles } from "../support/roles.ts";
import { bundledSample } from "../support/test-data.ts";
import { protoRequest } from "../support/tool-calls.ts";

const installations: KafkaInstallation[] = [];
afterEach(async () => {
  await stopCollectors();
  await stopRoles();
  for (const one of installations.splice(0)) await one.drop();
});

const identities = 200;
const calls = Array.from({ length: 600 }, (_, ordinal) => ({
  identityId: `agent:büro-${String((ordinal * 7) % identities)}`,
  ordinal,
}));
const broken = Buffer.from("\xff\xff no protobuf", "latin1");

test("actions and keys are the same through process and through the collector, and a broken record stops neither", async () => {
  const [one, other] = [
    await kafkaInstallation({ partitions: 1 }),
    await kafkaInstallation({ partitions: 1 }),
  ];
  installations.push(one, other);
  const spans = await spansIn(bundledSample);
  for (const installation of [one, other]) {
    const { brokers, topics, env } = installation;
    expect(
      await runVerb(["replay", bundledSample, "--to", brokers.join(","), "--batch", "200"], env),
    ).toMatchObject({ code: 0 });
    // In the middle, so that what comes after it shows whether it stopped anything.
    const values = [
      broken,
      ...Array.from({ length: 12 }, (_, at) => protoRequest(calls.slice(at * 50, at * 50 + 50))),
    ];
    await produce(
      brokers,
      topics.raw,
      values.map((value) => ({ value })),
    );
  }
  const total = spans + calls.length;
  startRole("process", one.env);
  startRole("detect", one.env);
  const collector = await startAnswerableCollector({ config: "rekey", env: settingsOf(other) });
  startRole("detect", other.env);
  for (const { query } of [one, other])
    await until("all spans are accounted for", async () => (await accounted(query)) >= total, 60_000);

  expect(await rowsOf(other)).toEqual(await rowsOf(one));
  const keys = (await readAll(one.brokers, one.topics.spans)).map(({ key }) => key);
  const audit = await auditTopic(other.brokers, other.topics.spans);
  expect(audit.wrong).toEqual([]);
  expect(audit.spans.size).toBe(total);
  expect(new Set(keys)).toEqual(new Set([...audit.identities].map((id) => keyGroup("default", id))));
  await expectBrokenIsTold(one, other, collector);
}, 180_000);

async function expectBrokenIsTold(
  one: KafkaInstallation,
  other: KafkaInstallation,
  collector: RunningCollector,
) {
  // `process` keeps a letter of it; the collector has no dead letters: it counts the record, logs it and goes on.
  const letters = await readAll(one.brokers, one.topics.deadLetters);
  expect(letters.map(({ value }) => JSON.parse(value.toString("utf8")) as object)).toEqual([
    expect.objectContaining({ reason: "malformed", index: -1 }),
  ]);
  expect(await readAll(other.brokers, other.topics.deadLetters)).toEqual([]);
  const metrics = await (await fetch(`${collector.metricsUrl}/metrics`)).text();
  const told = {
    failed: metrics
      .split("\n")
      .filter((line) => line.startsWith("otelcol_kafka_receiver_unmarshal_failed_spans")),
    logged: collector
      .logs()
      .split("\n")
      .filter((line) => /\terror\t/u.test(line))
      .map((line) => line.slice(0, 160)),
  };
  process.stdout.write(`a broken record at the collector: ${JSON.stringify(told)}\n`);
  expect(told.failed.join("\n")).toMatch(/ 1$/u);
  expect(told.logged.length).toBeGreaterThan(0);
}

/** Actions as the detector understood them: all but where they lay and when they came. */
async function rowsOf({ query }: KafkaInstallation): Promise<readonly unknown[]> {
  return query(
    "SELECT * EXCEPT (received_at, topic, partition, offset, record_index, ordinal, source) FROM actions FINAL ORDER BY action_id",
  );
}

async function accounted(query: KafkaInstallation["query"]): Promise<number> {
  const [row] = await query<{ n: number }>("SELECT sum(v.spans - v.held) AS n FROM v_audit AS v");
  return row?.n ?? 0;
}

async function spansIn(file: string): Promise<number> {
  let spans = 0;
  for await (const batch of batchesOf(file)) spans += batch.spans.length;
  return spans;
}

function settingsOf({ brokers, topics, groupId }: KafkaInstallation): Readonly<Record<string, string>> {
  return {
    ANSWERABLE_KAFKA_BROKERS: brokers.join(","),
    ANSWERABLE_KAFKA_TOPIC: topics.spans,
    ANSWERABLE_KAFKA_RAW_TOPIC: topics.raw,
    ANSWERABLE_KAFKA_GROUP: `${groupId}-collector`,
  };
}
