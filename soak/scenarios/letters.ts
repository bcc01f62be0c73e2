import kafkajs from "kafkajs";
import { kafkaClient } from "../../test/support/shared.ts";
import { until } from "../../test/support/poll.ts";
import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

/** The one refusal that a topic of one replica knows. */
const setting = "max.message.bytes";
const [refusing, taking] = ["1", "1048588"];
const rounds = 2;
const shutMs = 10_000;

/** A topic of dead letters that takes none: whoever has a letter waits with it, and forgets neither it nor what follows. */
export const letters: Scenario = {
  name: "letters",
  about: "the topic of dead letters refuses every letter for 10 s, twice",
  async run(soak) {
    const { world, draw, say } = soak;
    const stage = await openStage(soak);
    const { topics } = stage.installation;
    const roles = [stage.start("process"), stage.start("detect")];
    const load = stage.load();
    const admin = kafkaClient(world.kafka.brokers).admin();
    await admin.connect();
    const set = async (value: string): Promise<void> => {
      const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topics.deadLetters };
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ ...resource, configEntries: [{ name: setting, value }] }],
      });
    };
    try {
      for (let round = 1; round <= rounds; round += 1) {
        await stage.more(Math.ceil(600 * draw()));
        await set(refusing);
        const before = roles.map((role) => role.logs().length);
        load.breakNext();
        await until(
          "each was refused a letter",
          () => roles.every((role, at) => refusal.test(role.logs().slice(before[at]))),
          60_000,
        );
        await pause(shutMs);
        await set(taking);
        say(`${String(round)} of ${String(rounds)}: refused for ${String(shutMs / 1000)} s`);
      }
    } finally {
      await admin.disconnect();
    }
    await stage.more(600);
    expectRunning(roles);
    return stage.prove();
  },
};

const refusal = /"reason":"[^"]*larger than the max/iu;
