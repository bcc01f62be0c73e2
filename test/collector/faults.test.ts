/**
 * Goal: what the gateway has acknowledged is in Kafka, whatever becomes of the broker and of the gateway itself.
 * Method: a broker of the test's own that is killed, a Collector that is killed with -9 on the same queue folder, senders
 * over HTTP and gRPC that remember what they were answered for, and the topic read whole by another decoder. Moments are
 * drawn from a seed that is printed; ANSWERABLE_TEST_SEED repeats them. `npm run soak -- --only collector` is the same for minutes.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { builtCollector, startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { harmCollector, moreAcknowledged, settled, sumsOf } from "../support/gateway/harm.ts";
import { endGatewayLoads, pause, startGatewayLoad } from "../support/gateway/load.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { seeded } from "../support/otlp-model.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { type KafkaServer, startKafka } from "../support/servers.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

let kafka: KafkaServer;
let installation: KafkaInstallation;
let queue: TempFolder;

beforeAll(async () => {
  [kafka] = await Promise.all([startKafka(), builtCollector()]);
}, 600_000);
beforeEach(async () => {
  queue = tempFolder("queue");
  installation = await kafkaInstallation({ partitions: 4, brokers: kafka.brokers });
});
afterEach(async () => {
  await endGatewayLoads();
  await stopCollectors();
  await stopRoles();
  queue.remove();
  await installation.drop();
});
afterAll(() => kafka.stop());

const say = (line: string): void => void process.stdout.write(`${line}\n`);

test("broker and collector killed under load: every acknowledged span is in Kafka, and the detector takes each once", async () => {
  const seed = Number(process.env["ANSWERABLE_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
  say(`ANSWERABLE_TEST_SEED=${String(seed)}`);
  const { env, topics, query } = installation;
  const harmed = await harmCollector({
    kafka,
    topic: topics.spans,
    queue: queue.path,
    downMs: 8_000,
    outages: 1,
    kills: 2,
    senders: 6,
    spansPerRequest: 25,
    restMs: 20,
    twiceOf: 10,
    draw: seeded(seed),
    say,
  });
  say(JSON.stringify(harmed));
  expect(harmed.wrong).toEqual([]);
  expect(harmed.lost).toBe(0);
  // What was acknowledged twice is there twice: nobody before the detector knows a span again.
  expect(harmed.again).toBeGreaterThan(100);
  expect(harmed.duplicates).toBeGreaterThanOrEqual(harmed.again);
  expect(harmed.restored).toBeGreaterThan(100);
  expect(harmed.looked.bytes).toBeGreaterThan(10_000);

  const detect = startRole("detect", env);
  const [stored] = await until(
    "the detector has read it all",
    async () => {
      const rows = await query<{ spans: number; actions: number; duplicates: number }>(
        "SELECT sum(v.spans - v.held) AS spans, sum(v.actions) AS actions, sum(v.duplicates) AS duplicates FROM v_audit AS v",
      );
      return (rows[0]?.spans ?? 0) >= harmed.inKafka + harmed.duplicates && rows;
    },
    90_000,
  ).catch(async (error: unknown) => {
    throw new Error(
      `${JSON.stringify(await query("SELECT * FROM v_audit"))}\n${detect.logs().slice(-3_000)}`,
      {
        cause: error,
      },
    );
  });
  expect(stored).toEqual({
    spans: harmed.inKafka + harmed.duplicates,
    actions: harmed.inKafka,
    duplicates: harmed.duplicates,
  });
  const [rows] = await query("SELECT count() AS rows, uniqExact(action_id) AS ids FROM actions FINAL");
  expect(rows).toEqual({ rows: harmed.inKafka, ids: harmed.inKafka });
}, 240_000);

test("a full queue holds its senders, ends in time when it is asked to, and keeps what it acknowledged", async () => {
  const { topics } = installation;
  const start = {
    config: "gateway",
    env: {
      ANSWERABLE_KAFKA_BROKERS: kafka.brokers.join(","),
      ANSWERABLE_KAFKA_TOPIC: topics.spans,
      ANSWERABLE_QUEUE_DIR: queue.path,
      // The least that there may be: a batch must fit in.
      ANSWERABLE_QUEUE_BYTES: "1048576",
    },
  };
  let collector = await startAnswerableCollector(start);
  const load = startGatewayLoad({
    to: () => collector,
    senders: 4,
    identities: 60,
    spansPerRequest: 25,
    restMs: 5,
    answerWithinMs: 2_000,
    headers: {},
  });
  const { books } = load;
  await moreAcknowledged(books, 200);
  await kafka.kill();
  await until("senders are held", () => books.tries.unanswered + books.tries.refused >= 4, 30_000);
  await pause(2_500);
  const held = books.acknowledged.size;
  await pause(2_500);
  // Not one more while it is full.
  expect(books.acknowledged.size).toBe(held);
  expect((await fetch(collector.healthUrl)).status).toBe(200);

  const ended = await collector.stop();
  say(`asked to end with a full queue and no broker: ${JSON.stringify(ended)}`);
  expect(ended).toMatchObject({ code: 0, signal: null });
  expect(ended.afterMs).toBeLessThan(stopLimitMs);

  await kafka.restart();
  collector = await collector.again();
  await moreAcknowledged(books, 200);
  await load.end();
  const sums = sumsOf(books, await settled({ kafka, topic: topics.spans }, books, () => collector));
  say(JSON.stringify(sums));
  expect(sums.wrong).toEqual([]);
  expect(sums.lost).toBe(0);
}, 120_000);

/** A container is given 30 s before it is killed; half of that. */
const stopLimitMs = 15_000;
