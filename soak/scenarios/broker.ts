import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

const rounds = 3;

/** A broker that dies in the middle of everybody's work and comes back on the same data. */
export const broker: Scenario = {
  name: "broker",
  about: "kill -9 of the Kafka broker, three times, and its return after up to 8 s",
  async run(soak) {
    const { world, draw, say } = soak;
    const stage = await openStage(soak);
    const roles = [stage.start("process"), stage.start("detect")];
    stage.load();
    for (let round = 1; round <= rounds; round += 1) {
      await stage.more(Math.ceil(600 * draw()));
      await world.kafka.kill();
      const awayMs = 1_000 + Math.floor(7_000 * draw());
      await pause(awayMs);
      await world.kafka.restart();
      say(`${String(round)} of ${String(rounds)}: away for ${String(awayMs)} ms`);
    }
    await stage.more(600);
    expectRunning(roles);
    return stage.prove();
  },
};
