/** The servers that all tests of a run share; each test keeps to databases and topics of its own. */
import { randomBytes } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { sql } from "./sql.ts";

/** Names of the variables that carry the shared servers to the tests; set beforehand, they name servers to use instead. */
export const clickHouseVariable = "ANSWERABLE_TEST_CLICKHOUSE";
export const kafkaVariable = "ANSWERABLE_TEST_KAFKA";

/** A database nobody else uses. */
interface FreshDatabase {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

/** Creates an empty database on the shared ClickHouse, or on another. */
export async function freshDatabase(url = sharedServer(clickHouseVariable)): Promise<FreshDatabase> {
  const name = `test_${unique()}`;
  await sql(url, `CREATE DATABASE ${name}`);
  return { url, name, drop: async () => void (await sql(url, `DROP DATABASE ${name} SYNC`)) };
}

/** Topics nobody else uses: the real name of each by the name the test knows it by. */
interface FreshTopics<Name extends string> {
  readonly brokers: readonly string[];
  readonly topics: Readonly<Record<Name, string>>;
  drop(): Promise<void>;
}

/** Creates topics of `partitions` partitions each on the shared Kafka. */
export async function freshTopics<Name extends string>(
  names: readonly Name[],
  partitions: number,
): Promise<FreshTopics<Name>> {
  const brokers = sharedServer(kafkaVariable).split(",");
  const suffix = unique();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets which names went in.
  const topics = Object.fromEntries(names.map((name) => [name, `${name}.${suffix}`])) as Record<Name, string>;
  const all = Object.values<string>(topics);
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: all.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
  });
  const drop = async (): Promise<void> => {
    await admin.deleteTopics({ topics: all });
    await admin.disconnect();
  };
  return { brokers, topics, drop };
}

/** A client that is silent and that outlives a broker's restart. */
export function kafkaClient(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: "answerable-test",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000 },
  });
}

function sharedServer(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`${variable} is not set; run tests through npm, which starts the servers`);
  return value;
}

function unique(): string {
  return randomBytes(6).toString("hex");
}
