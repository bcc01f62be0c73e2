/** Goal: what we ship runs as it is, on a real Kafka, and loses nothing it answered for. */
import { afterEach, expect, test } from "@jest/globals";
import { startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { readAll } from "../support/kafka/records.ts";
import "../support/kafka/zstd.ts";
import { until } from "../support/poll.ts";
import { freshTopics } from "../support/shared.ts";
import { protoRequest } from "../support/tool-calls.ts";

/** Building it is a matter of minutes on a machine that never did. */
const withBuildMs = 600_000;

let drop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stopCollectors();
  await drop?.();
  drop = undefined;
});

test(
  "the gateway writes what it was sent to Kafka",
  async () => {
    const { brokers, topics, drop: forget } = await freshTopics(["spans"], 4);
    drop = forget;
    const collector = await startAnswerableCollector({
      config: "gateway",
      env: { ANSWERABLE_KAFKA_BROKERS: brokers.join(","), ANSWERABLE_KAFKA_TOPIC: topics.spans },
    });
    const calls = Array.from({ length: 20 }, (_, ordinal) => ({
      identityId: `agent:${String(ordinal)}`,
      ordinal,
    }));
    expect(
      await collector.send(protoRequest(calls), { "nhi-key-group": "g0007", "nhi-tenant": "default" }),
    ).toBe(200);
    const records = await until("a record", async () => {
      const read = await readAll(brokers, topics.spans);
      return read.length > 0 ? read : undefined;
    });
    console.log(JSON.stringify(records.map(({ key, headers }) => ({ key, headers }))));
    expect((await fetch(collector.healthUrl)).status).toBe(200);
    expect(await (await fetch(`${collector.metricsUrl}/metrics`)).text()).toMatch(
      /otelcol_receiver_accepted_spans/u,
    );
    expect(await collector.stop()).toMatchObject({ code: 0 });
    console.log(collector.logs());
  },
  withBuildMs,
);
