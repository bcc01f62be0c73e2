import { kafkaInstallation, type KafkaInstallation } from "../test/support/kafka/installation.ts";
import { accounted } from "../test/support/kafka/progress.ts";
import { seeded } from "../test/support/otlp-model.ts";
import { until } from "../test/support/poll.ts";
import { type Environment, type Role, startRole } from "../test/support/roles.ts";
import { type Load, type LoadOptions, type Sent, startLoad } from "./load.ts";
import { type Proof, prove } from "./proof.ts";
import type { Soak } from "./scenario.ts";
import { startWatch } from "./watch.ts";

/** Many moments to be harmed in, and a group that notices soon. */
const harsh: Environment = {
  ANSWERABLE_CHUNK_RECORDS_MAX: "20",
  ANSWERABLE_KAFKA_SESSION_TIMEOUT_MS: "1500",
  ANSWERABLE_KAFKA_HEARTBEAT_MS: "300",
};
const partitions = 4;

/** One scenario's installation: topics and a database of its own, its load and its roles. */
export interface Stage {
  readonly installation: KafkaInstallation;
  /** Starts a role that is looked at until it ends; `more` adds to its settings. */
  start(name: "process" | "detect", more?: Environment): Role;
  /** Begins to send, and goes on until the proof. */
  load(options?: Pick<LoadOptions, "startMs">): Load;
  /** Resolves when so many more spans are stored than at the call. */
  more(spans: number): Promise<void>;
  /** Waits until nothing is left to do and proves that all that was sent, by the load or by others, is stored, once. */
  prove(sent?: Sent): Promise<Proof>;
}

/** What may be one's own instead of the soak's. */
interface StageOptions {
  readonly clickhouse?: string;
  readonly env?: Environment;
}

/** Prepares an installation as an operator does. */
export async function openStage(soak: Soak, { clickhouse, env }: StageOptions = {}): Promise<Stage> {
  const { world, settings, roles } = soak;
  const installation = await kafkaInstallation({
    partitions,
    env: { ...harsh, ...env },
    brokers: world.kafka.brokers,
    clickhouse: clickhouse ?? world.clickhouse.url,
  });
  const watch = startWatch(soak.over);
  // Its own, as what is sent must not depend on when the scenario draws.
  const draw = seeded(settings.seed + 1);
  const { query, brokers, topics } = installation;
  let load: Load | undefined;
  return {
    installation,
    start(name, more = {}) {
      const role = startRole(name, { ...installation.env, ...more });
      roles.push(role);
      watch.add(name, role);
      return role;
    },
    load(options = {}) {
      load = startLoad({ brokers, topics, rate: settings.rate, draw, ...options }, soak.over);
      return load;
    },
    async more(spans) {
      const wanted = (await accounted(query)) + spans;
      await until(
        `${String(spans)} more spans are stored`,
        async () => (await accounted(query)) >= wanted,
        moreWithinMs,
      );
    },
    async prove(sent) {
      const all = sent ?? (await load?.end());
      if (all === undefined) throw new Error("nothing was sent");
      return prove(installation, all, watch);
    },
  };
}

/** A machine that does other work besides must not fail a soak. */
const moreWithinMs = 180_000;

/** A fault that passes is waited out: no role ends because of it. */
export function expectRunning(roles: readonly Role[]): void {
  const ended = roles.find((role) => role.ended() !== undefined);
  if (ended !== undefined)
    throw new Error(`process ${String(ended.pid)} has given up: ${JSON.stringify(ended.ended())}`);
}
