/** What is done to a Collector and its broker, once for the gate in seconds and once for the soak in minutes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningCollector, startAnswerableCollector } from "../collector.ts";
import type { KafkaServer } from "../kafka/broker.ts";
import { ends } from "../kafka/records.ts";
import { until } from "../poll.ts";
import { type Books, pause, startGatewayLoad } from "./load.ts";
import { auditTopic, type TopicAudit } from "./topic-audit.ts";

/** The token that senders show; it must be on no disk. */
const canary = "eyJ-canary-7d1f4c0a9be2";

export interface HarmOptions {
  readonly kafka: KafkaServer;
  readonly topic: string;
  /** Empty folder for the queue. */
  readonly queue: string;
  /** How long the broker is away, each time. */
  readonly downMs: number;
  /** How often the broker is killed. */
  readonly outages: number;
  /** How often the Collector is killed in each outage, and once more after it. */
  readonly kills: number;
  /** Requests under way at once, spans of one, and rest of a sender between two. */
  readonly senders: number;
  readonly spansPerRequest: number;
  readonly restMs: number;
  /** Of so many requests one is sent twice. */
  readonly twiceOf: number;
  /** Numbers from 0 to 1. */
  readonly draw: () => number;
  readonly say: (line: string) => void;
}

/** The sums. Lost are spans that were acknowledged and are not in Kafka: there must be none. */
export interface Harmed {
  readonly sent: number;
  readonly acknowledged: number;
  readonly unacknowledged: number;
  /** Spans that were acknowledged twice. */
  readonly again: number;
  /** Different spans in Kafka, and how often one of them lies there once more. */
  readonly inKafka: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Spans that were in no place but the queue's folder when its Collector was killed. */
  readonly restored: number;
  readonly records: number;
  readonly wrong: readonly string[];
  readonly tries: Books["tries"];
  /** Files of the queue that were looked through for the token, at all looks, and their size. */
  readonly looked: { files: number; bytes: number };
}

const answerWithinMs = 5_000;
const identities = 60;
const settledWithinMs = 90_000;

/** Kills the broker and the Collector under load, and counts what was acknowledged against what Kafka holds. */
export async function harmCollector(options: HarmOptions): Promise<Harmed> {
  const { kafka, topic, queue, downMs, outages, kills, draw, say } = options;
  const looked = { files: 0, bytes: 0 };
  const env = {
    ANSWERABLE_KAFKA_BROKERS: kafka.brokers.join(","),
    ANSWERABLE_KAFKA_TOPIC: topic,
    ANSWERABLE_QUEUE_DIR: queue,
  };
  let collector = await startAnswerableCollector({ config: "gateway", env });
  const load = startGatewayLoad({
    ...options,
    to: () => collector,
    identities,
    answerWithinMs,
    headers: { authorization: `Bearer ${canary}`, "x-api-key": canary },
  });
  const killed = async (): Promise<void> => {
    await collector.kill();
    lookForToken(queue, looked);
    collector = await collector.again();
  };
  const { books } = load;
  let restored = 0;
  try {
    await moreAcknowledged(books, 500);
    for (let outage = 1; outage <= outages; outage += 1) {
      await kafka.kill();
      const [awayMs, before] = [Date.now(), books.acknowledged.size];
      for (let nth = 0; nth < kills; nth += 1) {
        await pause((downMs / (kills + 1)) * (0.5 + draw()));
        const only = books.acknowledged.size - before;
        await killed();
        restored += nth === kills - 1 ? only : 0;
      }
      await pause(downMs - (Date.now() - awayMs));
      await kafka.restart();
      await pause(1_000 * draw());
      await killed();
      say(
        `${String(outage)} of ${String(outages)}: broker away for ${String(Math.max(downMs, Date.now() - awayMs))} ms, collector killed ${String(kills + 1)} times, ${String(books.acknowledged.size)} spans acknowledged so far`,
      );
      await moreAcknowledged(books, 500);
    }
  } finally {
    await load.end();
  }
  const audit = await settled(options, books, () => collector);
  return { ...sumsOf(books, audit), restored, looked };
}

/** Waits until all that was acknowledged is in Kafka, and what else was taken too; gives what Kafka holds then. */
export async function settled(
  { kafka, topic }: Pick<HarmOptions, "kafka" | "topic">,
  books: Books,
  collector: () => RunningCollector,
): Promise<TopicAudit> {
  const look = (): Promise<TopicAudit> => auditTopic(kafka.brokers, topic);
  await until(
    "the topic is led again",
    () => ends(kafka.brokers, topic).catch(() => undefined),
    settledWithinMs,
  );
  await until(
    "all that was acknowledged is in Kafka",
    async () => lostOf(books, await look()) === 0 || (await isDrained(collector())),
    settledWithinMs,
  );
  // What lies in the queue still is written, or stays there; both are seen.
  await until("the queue is empty", () => isDrained(collector()), settledWithinMs);
  await collector().stop();
  return look();
}

/** Whether the queue says that it holds nothing. */
async function isDrained(collector: RunningCollector): Promise<boolean> {
  const text = await (await fetch(`${collector.metricsUrl}/metrics`)).text();
  const sizes = [...text.matchAll(/^otelcol_exporter_queue_size\{.*\} (\S+)$/gmu)].map(([, size]) => size);
  return sizes.length > 0 && sizes.every((size) => Number(size) === 0);
}

export function sumsOf(books: Books, audit: TopicAudit): Omit<Harmed, "restored" | "looked"> {
  const { records, spans, duplicates, wrong } = audit;
  return {
    sent: books.sent.size,
    acknowledged: books.acknowledged.size,
    unacknowledged: books.sent.size - books.acknowledged.size,
    again: books.again.size,
    inKafka: spans.size,
    duplicates,
    lost: lostOf(books, audit),
    records,
    wrong,
    tries: books.tries,
  };
}

const lostOf = ({ acknowledged }: Books, { spans }: TopicAudit): number =>
  [...acknowledged].filter((id) => !spans.has(id)).length;

export async function moreAcknowledged(books: Books, spans: number): Promise<void> {
  const wanted = books.acknowledged.size + spans;
  await until(
    `${String(spans)} more spans are acknowledged`,
    () => books.acknowledged.size >= wanted,
    60_000,
  );
}

/** @throws Error when a file of the queue holds the token that senders showed. */
function lookForToken(queue: string, looked: Harmed["looked"]): void {
  const files = readdirSync(queue, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    looked.files += 1;
    looked.bytes += bytes.byteLength;
    if (bytes.includes(canary)) throw new Error(`the token of a sender is in ${name} of the queue`);
  }
}
