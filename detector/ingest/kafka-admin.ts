import type { Kafka } from "kafkajs";
import type { Config } from "../config/config.ts";

type KafkaConfig = Config["kafka"];

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Offset after the last record of a topic of one partition. */
export async function endOf(kafka: Kafka, topic: string): Promise<number> {
  const [offsets] = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  return Number(offsets?.high ?? 0);
}

/** First offset that a partition still has. */
export async function earliestOf(kafka: Kafka, topic: string, partition: number): Promise<number> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  return Number(offsets.find((one) => one.partition === partition)?.low ?? 0);
}

/** Offsets after the last records of all partitions of a topic. */
export async function endsOf(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, number>> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

/** Where a partition begins and ends, and what a group noted of it. */
export interface PartitionOffsets {
  readonly partition: number;
  /** Offset of the first record that is still there. */
  readonly start: number;
  /** Offset after the last record. */
  readonly end: number;
  /** Offset that the group noted; undefined when it never did. */
  readonly committed: number | undefined;
}

export async function offsetsOf(
  kafka: Kafka,
  groupId: string,
  topic: string,
): Promise<readonly PartitionOffsets[]> {
  return withAdmin(kafka, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic);
    const [noted] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = new Map(noted?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ends.map(({ partition, low, high }) => {
      // The client says -1 for none.
      const offset = committed.get(partition) ?? -1;
      return { partition, start: Number(low), end: Number(high), committed: offset < 0 ? undefined : offset };
    });
  });
}

/** Fails with a sentence when no broker answers, or when one of these topics isn't there. */
export async function need(kafka: Kafka, config: KafkaConfig, topics: readonly string[]): Promise<void> {
  const existing = new Set(await reached(config, () => withAdmin(kafka, (admin) => admin.listTopics())));
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length === 0) return;
  const what =
    missing.length === 1 ? `the topic ${missing.join("")} doesn't` : `the topics ${missing.join(", ")} don't`;
  throw new Error(
    `${what} exist at ${config.brokers.join(",")}; \`answerable topics\` creates what is missing`,
  );
}

/** Creates the topics that are missing and gives back their names. */
export async function createTopics(
  kafka: Kafka,
  config: KafkaConfig,
  topics: readonly TopicSpec[],
): Promise<readonly string[]> {
  return reached(config, () =>
    withAdmin(kafka, async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic.name));
      if (missing.length === 0) return [];
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ name, partitions, replicas, settings }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
        })),
      });
      return missing.map((topic) => topic.name);
    }),
  );
}

/** Runs work that a person waits for; its errors become one sentence. */
async function reached<T>({ brokers }: KafkaConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`Kafka at ${brokers.join(",")} can't be used: ${reasonsOf(error).join("; ")}`, {
      cause: error,
    });
  }
}

function reasonsOf(error: unknown): readonly string[] {
  if (error instanceof AggregateError || hasErrors(error))
    return [...new Set(error.errors.flatMap(reasonsOf))];
  return [error instanceof Error ? error.message : String(error)];
}

/** The client's own aggregate, which is not the language's. */
function hasErrors(error: unknown): error is { readonly errors: readonly unknown[] } {
  return typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors);
}

async function withAdmin<T>(
  kafka: Kafka,
  work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
