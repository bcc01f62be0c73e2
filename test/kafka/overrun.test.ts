/** Goal: what the log let go of before it was stored is told with its exact offsets, and never passes for sound. */
import { afterEach, expect, test } from "@jest/globals";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { dropBefore, produce } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { runVerb, startRole, stopRoles } from "../support/roles.ts";
import { protoRequest } from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

test("detect that was away for longer than the topic keeps says what it missed, once, and goes on behind it", async () => {
  installation = await kafkaInstallation({ partitions: 1 });
  const { brokers, topics, env, query } = installation;
  const send = (from: number, count: number): Promise<void> =>
    produce(
      brokers,
      topics.spans,
      Array.from({ length: count }, (_, at) => ({
        value: protoRequest([{ identityId: "agent:a", ordinal: from + at }]),
        key: "g0001",
      })),
    );
  const stored = (count: number) => async (): Promise<boolean> =>
    (await query<{ n: number }>("SELECT sum(v.actions) AS n FROM v_audit AS v"))[0]?.n === count;
  const first = startRole("detect", env);
  await send(0, 10);
  await until("the first are stored", stored(10), 30_000);
  await first.stop();
  expect(await runVerb(["audit"], env)).toMatchObject({ code: 0 });

  await send(10, 20);
  await dropBefore(brokers, topics.spans, { 0: 17 });
  const second = startRole("detect", env);
  await until("what is left is stored", stored(23), 30_000);
  await second.stop();

  const losses = "SELECT topic, partition, from_offset, next_offset, records FROM v_losses";
  const lost = { topic: topics.spans, partition: 0, from_offset: 10, next_offset: 17, records: 7 };
  expect(await query(losses)).toEqual([lost]);
  expect(second.logs()).toMatch(
    /"fromOffset":10,"nextOffset":17,"count":7.*"level":"error".*records are lost/u,
  );
  expect(await runVerb(["audit"], env)).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^WRONG .*\n {6}lost: offsets 10–16: 7 offsets lost before they were read\n$/u,
    ),
  });

  startRole("detect", env);
  await send(30, 1);
  await until("the next is stored", stored(24), 30_000);
  expect(await query(losses)).toEqual([lost]);
}, 120_000);
