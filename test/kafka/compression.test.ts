/**
 * Goal: what senders pack is read, and a batch that can't be unpacked costs itself alone.
 * Method: Java's own client packs, whose zstd doesn't tell the size beforehand; a bomb and a torn batch lie between good ones.
 */
import { afterEach, expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import kafkajs from "kafkajs";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { runJava } from "../support/kafka/java.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { protoRequest } from "../support/tool-calls.ts";

const { CompressionTypes } = kafkajs;
let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const calls = (from: number, count: number): Buffer =>
  protoRequest(
    Array.from({ length: count }, (_, at) => ({ identityId: "agent:packer", ordinal: from + at })),
  );

test.each(["none", "gzip", "zstd"])(
  "spans that Java's client packed with %s are stored",
  async (codec) => {
    installation = await kafkaInstallation({ partitions: 1 });
    const { brokers, topics, env, query } = installation;
    for (const role of ["process", "detect"]) startRole(role, env);
    // The second is larger than the first guess of its size, unpacked.
    const values = [calls(0, 10), calls(10, 3_000)];
    await runJava(
      "JavaProducer",
      [brokers.join(","), topics.raw, codec],
      values.map((value) => value.toString("base64")),
    );
    const stored = await until(
      "all are stored",
      async () => {
        const [row] = await query<{ n: number }>("SELECT uniqExact(action_id) AS n FROM actions");
        return row?.n === 3_010 && row.n;
      },
      60_000,
    );
    expect(stored).toBe(3_010);
    expect(await readAll(brokers, topics.deadLetters)).toEqual([]);
  },
  120_000,
);

test.each(["gzip", "zstd"])(
  "a bomb of %s and a torn batch go to the dead letters, each record by its offset, and their neighbours are stored",
  async (codec) => {
    installation = await kafkaInstallation({
      partitions: 1,
      env: { ANSWERABLE_LIMITS_INFLATED_BYTES_MAX: String(4 * 1024 * 1024) },
    });
    const { brokers, topics, env, query } = installation;
    const role = startRole("process", env);
    startRole("detect", env);
    await produce(brokers, topics.raw, [{ value: calls(0, 3) }]);
    const bomb = Buffer.alloc(64 * 1024 * 1024);
    await runJava("JavaProducer", [brokers.join(","), topics.raw, codec], [bomb.toString("base64")]);
    await produce(brokers, topics.raw, [{ value: calls(3, 4) }], CompressionTypes.None);
    const letters = await until(
      "the letter is there",
      async () => {
        const read = await readAll(brokers, topics.deadLetters);
        return read.length > 0 && read;
      },
      60_000,
    );
    await until("the neighbours are stored", async () => {
      const [row] = await query<{ n: number }>("SELECT uniqExact(action_id) AS n FROM actions");
      return row?.n === 7;
    });
    expect(letters.map(({ value }) => JSON.parse(value.toString("utf8")) as object)).toEqual([
      expect.objectContaining({ topic: topics.raw, partition: 0, offset: 1, reason: "malformed" }),
    ]);
    expect(role.logs()).toMatch(/"reason":"inflated","offset":1,"records":1/u);
    expect(gzipSync(bomb).byteLength).toBeLessThan(1024 * 1024);
  },
  120_000,
);
