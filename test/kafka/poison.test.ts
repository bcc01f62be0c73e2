/**
 * Goal: what can't be read is told and costs its neighbours nothing, and its content goes nowhere.
 * Method: poison between good records of one partition, each holding a canary that is then looked for everywhere.
 */
import { afterEach, expect, test } from "@jest/globals";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { attribute, block, number, requestOf, spanContent } from "../support/otlp-bytes.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { protoRequest, type ToolCall } from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const canary = "sk-canary-5f0c77e1";
const call = (ordinal: number): ToolCall => ({ identityId: "agent:neighbour", ordinal });
const secret = attribute("nhi.action.name", block(1, canary));
const ids = { traceId: Buffer.alloc(16, 7), spanId: Buffer.alloc(8, 7) };

/** Poison by the reason it must be given. */
const poisons: readonly { readonly reason: string; readonly index: number; readonly value: Buffer }[] = [
  { reason: "malformed", index: -1, value: Buffer.from(`\xff\xff${canary}`, "latin1") },
  {
    reason: "malformed",
    index: -1,
    value: requestOf(spanContent({ ...ids, more: [secret] })).subarray(0, -5),
  },
  {
    reason: "invalid_id",
    index: 0,
    value: requestOf(spanContent({ traceId: Buffer.alloc(16), spanId: Buffer.alloc(8), more: [secret] })),
  },
  {
    reason: "value_too_long",
    index: 0,
    value: requestOf(
      spanContent({ ...ids, more: [secret, attribute("nhi.identity.id", block(1, canary.repeat(8_000)))] }),
    ),
  },
  { reason: "malformed", index: 0, value: requestOf(Buffer.concat([block(5, canary), number(0, 1)])) },
];

/** Good and bad records in turn, good ones first and last. */
const values = [
  ...poisons.flatMap(({ value }, at) => [protoRequest([call(at)]), value]),
  protoRequest([call(poisons.length)]),
];

const places = [
  { where: "in the raw topic, at process", topic: "raw" },
  { where: "in nhi.spans itself, at detect", topic: "spans" },
] as const;

test.each(places)(
  "poison $where ends in the dead letters, redacted, and its neighbours are stored",
  async ({ topic }) => {
    installation = await kafkaInstallation({ partitions: 1 });
    const { brokers, topics, env, query } = installation;
    const roles = [startRole("process", env), startRole("detect", env)];

    await produce(
      brokers,
      topics[topic],
      values.map((value) => ({ value, key: "g0001" })),
    );
    await until("all neighbours are stored", async () => {
      const [row] = await query<{ n: number }>("SELECT uniqExact(action_id) AS n FROM actions");
      return row?.n === poisons.length + 1;
    });
    const letters = await until("all dead letters are there", async () => {
      const read = await readAll(brokers, topics.deadLetters);
      return read.length >= poisons.length && read;
    });

    const told = letters.map(({ value }) => JSON.parse(value.toString("utf8")) as Record<string, unknown>);
    expect(told).toEqual(
      poisons.map(({ reason, index, value }, at) => ({
        topic: topics[topic],
        partition: 0,
        offset: at * 2 + 1,
        index,
        reason,
        message: expect.stringMatching(/^[^\n]{5,200}$/u),
        bytes: value.byteLength,
        tenant: "default",
        source: "",
        atMs: expect.any(Number),
      })),
    );
    expect(letters.map(({ headers }) => headers["reason"])).toEqual(poisons.map(({ reason }) => reason));
    expect(letters.map(({ key }) => key)).toEqual(
      poisons.map(({ index }, at) => `${topics[topic]}:0:${String(at * 2 + 1)}:${String(index)}`),
    );

    const dump = await Promise.all(
      ["actions", "findings", "alerts", "checkpoints", "dead_letters", "chunk_plans", "claims"].map((table) =>
        query(`SELECT * FROM ${table}`),
      ),
    );
    const everywhere = [JSON.stringify(dump), JSON.stringify(told), ...roles.map((role) => role.logs())].join(
      "\n",
    );
    expect(everywhere).toContain("agent:neighbour");
    expect(everywhere).not.toContain("canary");
  },
  60_000,
);

test("a span too large for a record of ours is told by process, and its neighbours are stored", async () => {
  installation = await kafkaInstallation({ partitions: 1 });
  const { brokers, topics, env, query } = installation;
  startRole("process", env);
  startRole("detect", env);
  // Each value is within its limit; together they are more than a record may hold.
  const many = Array.from({ length: 20 }, (_, at) =>
    attribute(`note.${String(at)}`, block(1, canary.repeat(2_700))),
  );
  const large = requestOf(spanContent({ ...ids, more: [secret, ...many] }));

  await produce(
    brokers,
    topics.raw,
    [protoRequest([call(0)]), large, protoRequest([call(1)])].map((value) => ({ value })),
  );
  await until("both neighbours are stored", async () => {
    const [row] = await query<{ n: number }>(
      "SELECT count() AS n FROM actions WHERE identity_id = 'agent:neighbour'",
    );
    return row?.n === 2;
  });
  const letters = await readAll(brokers, topics.deadLetters);
  const told = letters.map(({ value }) => value.toString("utf8"));
  expect(told.map((text) => JSON.parse(text) as object)).toEqual([
    expect.objectContaining({ topic: topics.raw, partition: 0, offset: 1, reason: "too_large" }),
  ]);
  expect(told.join("")).not.toContain("canary");
}, 60_000);
