/** What every client behind the port `RecordSource` must do on a real Kafka; run for each that ships. */
import { randomBytes } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { join as pathOf } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Running } from "../../../detector/stream/record-source.ts";
import { until } from "../poll.ts";
import { repositoryRoot } from "../repository.ts";
import { type KafkaServer, startKafka } from "../servers.ts";
import { freshTopics, kafkaClient } from "../shared.ts";
import { adapters } from "./adapters.ts";
import { join, type Member } from "./member.ts";
import { dropBefore, produce, produceInVain } from "./records.ts";

const timing = { sessionTimeoutMs: 1_500, heartbeatMs: 300 };
const partitions = [0, 1];
const values = (partition: number, count: number): { value: Buffer; partition: number }[] =>
  Array.from({ length: count }, (_, at) => ({ value: Buffer.from(String(at)), partition }));
const upTo = (next: number, from = 0): number[] => Array.from({ length: next - from }, (_, at) => from + at);
const ascending = (a: number, b: number): number => a - b;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function recordSourceContract(name: string): void {
  const open = adapters[name];
  if (open === undefined) throw new Error(`no adapter is called ${name}`);

  describe(`${name}: a source of records`, () => {
    let topics: Awaited<ReturnType<typeof freshTopics<"log">>>;
    let topic = "";
    let group = "";
    let sleeper: ChildProcess | undefined;
    let broker: KafkaServer | undefined;
    const running: Running[] = [];
    const drops: (() => Promise<void>)[] = [];
    beforeEach(async () => {
      const fresh = await freshTopics(["log"], partitions.length);
      topics = fresh;
      topic = topics.topics.log;
      group = `group.${randomBytes(4).toString("hex")}`;
      drops.push(() => fresh.drop());
    });
    afterEach(async () => {
      sleeper?.kill("SIGKILL");
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await broker?.stop();
      broker = undefined;
    });
    afterAll(async () => {
      for (const drop of drops) await drop();
    });
    const joins = async (behaviour?: Parameters<typeof join>[3]): Promise<Member> => {
      const member = await join(open(topics.brokers, timing), group, topic, behaviour);
      running.push(member.running);
      return member;
    };
    const fill = (count: number, only = partitions): Promise<void> =>
      produce(
        topics.brokers,
        topic,
        only.flatMap((one) => values(one, count)),
      );
    const has = (member: Member, partition: number, next: number): boolean =>
      member.offsets.get(partition)?.at(-1) === next - 1;

    test("assignment: a member alone is given all partitions, and each record once, in order, one call at a time", async () => {
      await fill(20);
      const member = await joins();
      await until("all is handled", () => partitions.every((one) => has(member, one, 20)));
      expect(member.assignments.map((one) => one.toSorted(ascending))).toEqual([partitions]);
      expect([...member.offsets.values()]).toEqual([upTo(20), upTo(20)]);
      expect(member.mostAtOnce).toBe(1);
    });

    test("revoke: partitions move when a second member joins, and whoever still holds one is told that it is lost", async () => {
      const [held, told] = [new Set<number>(), new Set<number>()];
      const first = await joins({
        during: async (partition, _, isLost) => {
          held.add(partition);
          while (!isLost()) await pause(10);
          told.add(partition);
          return {};
        },
      });
      await fill(5);
      await until("the first holds both", () => held.size === 2);
      const second = await joins();
      const moved = await until("each has one", () => {
        const [mine, others] = [first.assignments.at(-1) ?? [], second.assignments.at(-1) ?? []];
        return mine.length === 1 && others.length === 1 && [...mine, ...others].toSorted(ascending);
      });
      expect(moved).toEqual(partitions);
      await until("the old holder of each is told", () => told.size === 2);
      const taken = second.assignments.at(-1)?.[0] ?? -1;
      await until("the second handles what was not done", () => has(second, taken, 5));
      expect(second.offsets.get(taken)).toEqual(upTo(5));
    });

    test("seek: begins where it is told, and goes back when it is told", async () => {
      await fill(10, [0]);
      let isSentBack = false;
      const member = await joins({
        position: (partition) => (partition === 0 ? 4 : undefined),
        during: async (_, records) => {
          if (isSentBack || records.at(-1)?.offset !== 9) return undefined;
          isSentBack = true;
          return { seek: 7 };
        },
      });
      await until(
        "the last is handled again",
        () => isSentBack && has(member, 0, 10) && (member.offsets.get(0)?.length ?? 0) >= 9,
      );
      expect(member.offsets.get(0)).toEqual([...upTo(10, 4), ...upTo(10, 7)]);
      expect(member.gaps).toEqual([]);
    });

    test("pause: a slow handler holds up its own partition alone, and its member keeps both for longer than two sessions", async () => {
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let isLostEver = false;
      const member = await joins({
        during: async (partition, _, isLost) => {
          if (partition !== 0) return;
          await held;
          isLostEver ||= isLost();
        },
      });
      await fill(3, [0]);
      const sinceMs = Date.now();
      let sent = 0;
      while (Date.now() - sinceMs < timing.sessionTimeoutMs * 2.5) {
        await fill(1, [1]);
        sent += 1;
        await until("the other partition goes on", () => has(member, 1, sent));
      }
      expect(member.offsets.get(0)).toBeUndefined();
      await fill(2, [0]);
      release?.();
      await until("the slow one goes on", () => has(member, 0, 5));
      expect(member.offsets.get(0)).toEqual(upTo(5));
      expect(member.offsets.get(1)).toEqual(upTo(sent));
      expect({ isLostEver, joined: member.assignments.length, atOnce: member.mostAtOnce }).toEqual({
        isLostEver: false,
        joined: 1,
        atOnce: 1,
      });
    }, 60_000);

    test("slow poll: handlers of all partitions that take longer than a session are not interrupted, and nothing comes twice", async () => {
      await fill(3);
      const answers: boolean[] = [];
      const member = await joins({
        during: async (_, __, isLost) => {
          await pause(timing.sessionTimeoutMs * 1.5);
          answers.push(isLost());
        },
      });
      await until("all is handled", () => partitions.every((one) => has(member, one, 3)), 40_000);
      await fill(1);
      await until("what came later too", () => partitions.every((one) => has(member, one, 4)), 40_000);
      expect([...member.offsets.values()]).toEqual([upTo(4), upTo(4)]);
      expect(answers).not.toContain(true);
      expect(member.assignments.length).toBe(1);
    }, 90_000);

    test("commit is a hint: a position overrules it, and without one the group's counts", async () => {
      await fill(6);
      const first = await joins();
      await until("all is handled", () => partitions.every((one) => has(first, one, 6)));
      await first.running.stop();
      const second = await joins({ position: (partition) => (partition === 0 ? 2 : undefined) });
      await until("both are asked for", () => second.assignments.length > 0);
      await fill(1);
      await until("the new ones are handled", () => partitions.every((one) => has(second, one, 7)));
      expect([second.offsets.get(0), second.offsets.get(1)]).toEqual([upTo(7, 2), [6]]);
    });

    test("read to end: what waits in the log is not, though nothing comes; what nobody is given is passed over", async () => {
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const member = await joins({
        during: async (partition) => (partition === 0 ? held.then(() => undefined) : undefined),
      });
      const read = async (): Promise<readonly number[]> =>
        [...(await member.running.readToEnd())].toSorted(ascending);
      await fill(3);
      await until("the other is read", async () => (await read()).length > 0);
      expect(await read()).toEqual([1]);
      // Read and under way counts as waiting, and so does what came since.
      await fill(2, [0]);
      release?.();
      await until("both are read", async () => (await read()).length === 2);
      expect(has(member, 0, 5)).toBe(true);
      await produceInVain(topics.brokers, topic, 1);
      await until("the markers are passed over", async () => (await read()).length === 2);
      expect(member.offsets.get(1)).toEqual(upTo(3));
      await fill(1, [1]);
      await until("the next one is read", async () => has(member, 1, 6) && (await read()).length === 2);
    });

    test("broker restart: after kill -9 it goes on by itself and nothing is missing", async () => {
      broker = await startKafka();
      const { brokers } = broker;
      const admin = kafkaClient(brokers).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
      await admin.disconnect();
      const member = await join(open(brokers, timing), group, topic);
      running.push(member.running);
      await produce(brokers, topic, values(0, 5));
      await until("the first are handled", () => has(member, 0, 5), 30_000);
      await broker.kill();
      expect(await member.running.readToEnd()).toEqual(new Set());
      await broker.restart();
      await produce(brokers, topic, values(0, 5));
      await until("those after the restart are handled", () => has(member, 0, 10), 60_000);
      expect([...new Set(member.offsets.get(0))]).toEqual(upTo(10));
    }, 120_000);

    test("zombie: a member that slept longer than its session knows it before it could write", async () => {
      await fill(4);
      const script = pathOf(repositoryRoot, "dist/test/support/kafka/sleeper.js");
      const args = [script, name, topics.brokers.join(","), group, topic, String(timing.sessionTimeoutMs)];
      sleeper = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      sleeper.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
      await until("the sleeper holds records of both", () => said.split("holding").length > 2);
      sleeper.kill("SIGSTOP");
      const other = await joins();
      await until(
        "the partitions are the other's",
        () => partitions.every((one) => has(other, one, 4)),
        30_000,
      );
      await pause(timing.sessionTimeoutMs);
      sleeper.kill("SIGCONT");
      await until("the sleeper knows", () => said.split("lost").length > 2);
      expect(said).not.toContain("wrote too late");
    }, 60_000);

    test("overrun: records that the log let go of are told with their exact offsets, on assignment and while running", async () => {
      await fill(8, [0]);
      await dropBefore(topics.brokers, topic, { 0: 5 });
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const member = await joins({
        position: (partition) => (partition === 0 ? 2 : undefined),
        during: async (_, records) => {
          if (records.some((one) => one.offset === 7)) await held;
        },
      });
      await until("the first gap is told", () => member.gaps.length > 0);
      await fill(4, [0]);
      await dropBefore(topics.brokers, topic, { 0: 10 });
      release?.();
      await until("all that is there is handled", () => has(member, 0, 12));
      expect(member.gaps).toEqual([
        { partition: 0, from: 2, next: 5 },
        { partition: 0, from: 8, next: 10 },
      ]);
      expect(member.offsets.get(0)).toEqual([5, 6, 7, 10, 11]);
    });

    test("a log that ends before the position is an error that says so, not a fresh start", async () => {
      await fill(3, [0]);
      const member = await joins({ position: (partition) => (partition === 0 ? 50 : undefined) });
      await expect(member.running.ended).rejects.toThrow(/partition 0 of .* ends before offset 50/u);
      expect(member.offsets.get(0)).toBeUndefined();
    });
  });
}
