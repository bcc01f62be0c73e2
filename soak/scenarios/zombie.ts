import { accounted, freezeMidChunk } from "../../test/support/kafka/progress.ts";
import { until } from "../../test/support/poll.ts";
import type { Role } from "../../test/support/roles.ts";
import type { Scenario } from "../scenario.ts";
import { openStage } from "../stage.ts";

const rounds = 3;

/** A worker that sleeps in mid-chunk until its partitions are another's, and goes on where it was when it wakes. */
export const zombie: Scenario = {
  name: "zombie",
  about: "SIGSTOP of the detector in mid-chunk, its partitions given to another, SIGCONT; three times",
  async run(soak) {
    const { draw, say } = soak;
    const stage = await openStage(soak, { env: { ANSWERABLE_CHUNK_RECORDS_MAX: "5" } });
    const { query } = stage.installation;
    stage.start("process");
    stage.load();
    let owner = stage.start("detect");
    for (let round = 1; round <= rounds; round += 1) {
      await stage.more(Math.ceil(600 * draw()));
      await freezeMidChunk(owner, query, draw);
      const before = await accounted(query);
      const other = stage.start("detect");
      await until("the partitions are the other's", () => other.logs().includes("0,1,2,3"), 60_000);
      await stage.more(300);
      const joined = joins(owner);
      owner.thaw();
      // What it still held in hand it has tried to write by then.
      await until("the sleeper has joined again", () => joins(owner) > joined, 60_000);
      const { code } = await owner.stop();
      if (code !== 0) throw new Error(`the sleeper ended with ${String(code)}`);
      const during = (await accounted(query)) - before;
      say(`${String(round)} of ${String(rounds)}: slept while another stored ${String(during)} spans`);
      owner = other;
    }
    return stage.prove();
  },
};

const joins = (role: Role): number => role.logs().split("partitions assigned").length - 1;
