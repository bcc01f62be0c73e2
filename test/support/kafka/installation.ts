import { randomBytes } from "node:crypto";
import { type Environment, runVerb } from "../roles.ts";
import { clickHouseVariable, freshDatabase, kafkaClient, kafkaVariable } from "../shared.ts";
import { sql } from "../sql.ts";

/** One installation on Kafka: topics and a database of its own, prepared with the verbs that an operator runs. */
export interface KafkaInstallation {
  /** For roles of this installation. */
  readonly env: Environment;
  readonly brokers: readonly string[];
  readonly topics: Readonly<Record<"raw" | "spans" | "control" | "standings" | "deadLetters", string>>;
  readonly groupId: string;
  readonly database: string;
  /** Rows of one column or more, as JSON. */
  readonly query: <Row>(statement: string) => Promise<readonly Row[]>;
  /** Another database and consumer group over the same topics. */
  beside(): Promise<Beside>;
  drop(): Promise<void>;
}

type Beside = Pick<KafkaInstallation, "env" | "groupId" | "database" | "query">;

interface InstallationOptions {
  readonly partitions: number;
  readonly env?: Environment;
  /** A broker of the test's own; without it the one that all share. */
  readonly brokers?: readonly string[];
  /** A ClickHouse of its own, likewise. */
  readonly clickhouse?: string;
}

/** Creates topics and schema; `env` adds to the roles' settings. */
export async function kafkaInstallation({
  partitions,
  env = {},
  brokers,
  clickhouse = process.env[clickHouseVariable] ?? "",
}: InstallationOptions): Promise<KafkaInstallation> {
  const id = randomBytes(4).toString("hex");
  const list = brokers ?? (process.env[kafkaVariable] ?? "").split(",");
  const topics = {
    raw: `raw.${id}`,
    spans: `spans.${id}`,
    control: `control.${id}`,
    standings: `standings.${id}`,
    deadLetters: `dlq.${id}`,
  };
  const common: Environment = {
    ANSWERABLE_KAFKA_BROKERS: list.join(","),
    ANSWERABLE_KAFKA_TOPICS_RAW: topics.raw,
    ANSWERABLE_KAFKA_TOPICS_SPANS: topics.spans,
    ANSWERABLE_KAFKA_TOPICS_CONTROL: topics.control,
    ANSWERABLE_KAFKA_TOPICS_STANDINGS: topics.standings,
    ANSWERABLE_KAFKA_TOPICS_DEAD_LETTERS: topics.deadLetters,
    ANSWERABLE_KAFKA_SESSION_TIMEOUT_MS: "6000",
    ANSWERABLE_KAFKA_HEARTBEAT_MS: "500",
    ...env,
  };
  const drops: (() => Promise<void>)[] = [];
  const prepare = async (groupId: string): Promise<Beside> => {
    const fresh = await freshDatabase(clickhouse);
    drops.push(() => fresh.drop());
    const own: Environment = {
      ...common,
      ANSWERABLE_CLICKHOUSE_URL: fresh.url,
      ANSWERABLE_CLICKHOUSE_DATABASE: fresh.name,
      ANSWERABLE_KAFKA_GROUP_ID: groupId,
    };
    await must(["migrate"], own);
    const query = async <Row>(statement: string): Promise<readonly Row[]> => {
      const text = await sql(fresh.url, `${statement} FORMAT JSONEachRow`, {
        database: fresh.name,
        output_format_json_quote_64bit_integers: "0",
      });
      return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Row);
    };
    return { env: own, groupId, database: fresh.name, query };
  };
  const first = await prepare(`group.${id}`);
  await must(["topics", "--partitions", String(partitions), "--replicas", "1"], first.env);
  return {
    ...first,
    brokers: list,
    topics,
    beside: () => prepare(`group.${id}.${String(drops.length)}`),
    drop: async () => {
      for (const drop of drops) await drop();
      if (brokers !== undefined) return;
      const admin = kafkaClient(list).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: Object.values(topics) });
      await admin.disconnect();
    },
  };
}

async function must(args: readonly string[], env: Environment): Promise<void> {
  const { code, err } = await runVerb(args, env);
  if (code !== 0) throw new Error(`answerable ${args.join(" ")} ended with ${String(code)}: ${err}`);
}
