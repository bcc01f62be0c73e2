import { freezeMidChunk } from "../../test/support/kafka/progress.ts";
import type { Scenario } from "../scenario.ts";
import { openStage } from "../stage.ts";

/** A detector that dies again and again, half of the time between a chunk's rows and its position. */
export const kill: Scenario = {
  name: "kill",
  about: "kill -9 of the detector, --kills times, at drawn moments and in mid-chunk",
  async run(soak) {
    const { settings, draw, say } = soak;
    const { kills } = settings;
    const stage = await openStage(soak, { env: { ANSWERABLE_CHUNK_RECORDS_MAX: "5" } });
    stage.start("process");
    stage.load();
    let detect = stage.start("detect");
    for (let nth = 0; nth < kills; nth += 1) {
      await stage.more(Math.ceil(600 * draw()));
      const isMidChunk = draw() < 0.5;
      if (isMidChunk) await freezeMidChunk(detect, stage.installation.query, draw);
      await detect.kill();
      say(`${String(nth + 1)} of ${String(kills)} killed${isMidChunk ? " in mid-chunk" : ""}`);
      // The next one would cut otherwise, and must not.
      detect = stage.start("detect", {
        ANSWERABLE_CHUNK_RECORDS_MAX: String(2 + Math.floor(8 * draw())),
      });
    }
    return stage.prove();
  },
};
