import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

const briefs = 2;

/** A store that dies in the middle of inserts: twice for a moment, then for as long as is asked for. */
export const storeAway: Scenario = {
  name: "store-away",
  about: "kill -9 of ClickHouse: twice for a moment, then away for --seconds",
  async run(soak) {
    const { world, settings, draw, say } = soak;
    const stage = await openStage(soak);
    const roles = [stage.start("process"), stage.start("detect")];
    const load = stage.load();
    for (let nth = 0; nth <= briefs; nth += 1) {
      await stage.more(Math.ceil(900 * draw()));
      const sentBefore = load.sent.actions;
      await world.clickhouse.kill();
      const awayMs = nth < briefs ? Math.floor(3_000 * draw()) : settings.seconds * 1000;
      await pause(awayMs);
      const waiting = load.sent.actions - sentBefore;
      await world.clickhouse.restart();
      say(`away for ${String(awayMs / 1000)} s, in which ${String(waiting)} actions were sent`);
    }
    await stage.more(600);
    expectRunning(roles);
    return stage.prove();
  },
};
