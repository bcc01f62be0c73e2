import { kafkaClient } from "../../test/support/shared.ts";
import { until } from "../../test/support/poll.ts";
import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

/** What a topic may refuse every letter with, and what it has otherwise. */
const refusals = [
  { what: "messages too large", setting: "max.message.bytes", bad: "1", good: "1048588" },
  { what: "too few replicas", setting: "min.insync.replicas", bad: "2", good: "1" },
] as const;
const shutMs = 10_000;

/** A topic of dead letters that takes none: whoever has a letter waits with it, and forgets neither it nor what follows. */
export const letters: Scenario = {
  name: "letters",
  about: "the topic of dead letters refuses them for 10 s: too large, then too few replicas",
  async run(soak) {
    const { world, draw, say } = soak;
    const stage = await openStage(soak);
    const { topics } = stage.installation;
    const roles = [stage.start("process"), stage.start("detect")];
    const load = stage.load();
    const admin = kafkaClient(world.kafka.brokers).admin();
    await admin.connect();
    const set = async (name: string, value: string): Promise<void> => {
      const resource = { type: topicResource, name: topics.deadLetters };
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ ...resource, configEntries: [{ name, value }] }],
      });
    };
    try {
      for (const { what, setting, bad, good } of refusals) {
        await stage.more(Math.ceil(600 * draw()));
        await set(setting, bad);
        const before = roles.map((role) => role.logs().length);
        load.breakNext();
        await until(
          "each was refused a letter",
          () => roles.every((role, at) => refusal.test(role.logs().slice(before[at]))),
          60_000,
        );
        await pause(shutMs);
        await set(setting, good);
        say(`refused for ${String(shutMs / 1000)} s: ${what}`);
      }
    } finally {
      await admin.disconnect();
    }
    await stage.more(600);
    expectRunning(roles);
    return stage.prove();
  },
};

/** Kafka's number for a topic among what can be configured. */
const topicResource = 2;

const refusal = /"reason":"[^"]*(?:larger than the max|too large|insync|in-sync|replicas)/iu;
