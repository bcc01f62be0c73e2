/** Goal: a broker that dies and comes back is waited out: the roles go on by themselves, and end when asked even while it is away. */
import { afterEach, expect, test } from "@jest/globals";
import { openClient } from "../support/kafka/adapters.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { type Role, runVerb, startRole, stopRoles } from "../support/roles.ts";
import { type KafkaServer, startKafka } from "../support/servers.ts";
import { protoRequest } from "../support/tool-calls.ts";

let broker: KafkaServer | undefined;
let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  await broker?.stop();
  installation = undefined;
  broker = undefined;
});

test("process and detect go on by themselves after their broker was killed, and end within 10 s while it is away", async () => {
  broker = await startKafka();
  installation = await kafkaInstallation({ partitions: 2, brokers: broker.brokers });
  const { brokers, topics, env, query } = installation;
  const roles: readonly Role[] = ["process", "detect"].map((name) => startRole(name, env));
  const send = (from: number, count: number): Promise<void> =>
    produce(
      brokers,
      topics.raw,
      Array.from({ length: count }, (_, at) => ({
        value: protoRequest([{ identityId: `agent:${String(at % 5)}`, ordinal: from + at }]),
      })),
    );
  const countOf = async (): Promise<object | undefined> =>
    (await query("SELECT count() AS raw, uniqExact(action_id) AS ids FROM actions"))[0] as object | undefined;
  const stored = async (count: number): Promise<boolean> => {
    const row = await countOf();
    return row !== undefined && "ids" in row && row.ids === count;
  };

  await send(0, 40);
  await until("the first are stored", () => stored(40), 30_000);
  await broker.kill();
  await pause(2_000);
  await broker.restart();
  const backAtMs = Date.now();
  await send(40, 40);
  await until("those after the restart are stored", () => stored(80), 60_000);
  process.stdout.write(`all stored ${String(Date.now() - backAtMs)} ms after the broker was back\n`);
  expect(await countOf()).toEqual({ raw: 80, ids: 80 });
  expect(await runVerb(["audit"], env)).toMatchObject({ code: 0, err: "" });

  await broker.kill();
  await pause(1_000);
  for (const ended of await Promise.all(roles.map((role) => role.stop()))) {
    expect(ended.code).toBe(0);
    expect(ended.afterMs).toBeLessThan(10_000);
  }
}, 120_000);

test("what is first sent while the broker is away is sent when it is back", async () => {
  broker = await startKafka();
  const client = openClient(broker.brokers);
  await client.createTopics([{ name: "letters", partitions: 1, replicas: 1, settings: {} }]);
  await broker.kill();
  const send = (): Promise<true> =>
    client.send("letters", [{ key: "", value: Buffer.from("one"), headers: {} }]).then(() => true);
  // Whether this is refused at once or waits is the client's business.
  const early = send().catch(() => false);
  await pause(8_000);
  await broker.restart();
  await until("it is sent", () => send().catch(() => false), 30_000);
  await early;
  expect(await client.endOf("letters")).toBeGreaterThan(0);
  await client.close();
}, 120_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
