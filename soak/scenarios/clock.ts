import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { repositoryRoot } from "../../test/support/repository.ts";
import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

const agent = pathToFileURL(join(repositoryRoot, "dist/test/support/agents/clock-jump.js")).href;
const hourMs = 3_600_000;
const jumps = ["an hour ahead", "two hours back", "right again"];
/** Every so manieth batch comes from a machine whose clock is wrong. */
const aheadEvery = 20;
const behindEvery = 21;
const batch = 25;

/** Clocks of senders and of the detector that jump by an hour: no row is lost, and no baseline learns from the future. */
export const clock: Scenario = {
  name: "clock",
  about: "the detector's clock jumps an hour ahead and back, spans claim to be an hour ahead or behind",
  async run(soak) {
    const { say } = soak;
    const stage = await openStage(soak);
    const detect = stage.start("detect", { NODE_OPTIONS: `--import=${agent}` });
    const roles = [stage.start("process"), detect];
    stage.load({ startMs });
    for (const jump of jumps) {
      await stage.more(600);
      process.kill(detect.pid, "SIGUSR2");
      say(`the detector's clock is ${jump}`);
      await pause(jumpMs);
    }
    await stage.more(600);
    expectRunning(roles);
    const proof = await stage.prove();
    const [row] = await stage.installation.query<Record<"ahead" | "unmarked" | "believed" | "moved", number>>(
      `SELECT countIf(started_at > received_at + INTERVAL 30 MINUTE) AS ahead,
         countIf(started_at > received_at + INTERVAL 30 MINUTE AND NOT clock_suspect) AS unmarked,
         countIf(clock_suspect AND learned) AS believed,
         (SELECT sum(v_baselines.actions) FROM v_baselines) - countIf(learned) AS moved FROM v_actions`,
    );
    if (row === undefined || row.ahead === 0 || row.unmarked + row.believed + row.moved !== 0)
      throw new Error(`baselines and marks of wrong clocks don't agree: ${JSON.stringify(row)}`);
    say(`${String(row.ahead)} actions from the future are stored, marked, and moved no baseline`);
    return proof;
  },
};

const jumpMs = 15_000;

function startMs(nth: number): number {
  const at = Math.floor(nth / batch);
  if (at % aheadEvery === 0) return Date.now() + hourMs;
  return at % behindEvery === 0 ? Date.now() - hourMs : Date.now();
}
