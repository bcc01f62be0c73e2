import { harmCollector, type Harmed } from "../../test/support/gateway/harm.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";

const outages = 2;
const senders = 6;
const spansPerRequest = 25;

/** A gateway that dies on its queue again and again while the broker is away, and a detector that waits for both. */
export const collector: Scenario = {
  name: "collector",
  about: `the broker away for --seconds, twice, and the collector killed -9 --kills times (4 at least) on its queue`,
  async run(soak) {
    const { settings, world, draw, say } = soak;
    const stage = await openStage(soak);
    const detect = stage.start("detect");
    const queue = tempFolder("queue");
    world.atEnd(() => queue.remove());
    const harmed = await harmCollector({
      kafka: world.kafka,
      topic: stage.installation.topics.spans,
      queue: queue.path,
      downMs: settings.seconds * 1_000,
      outages,
      // One of them comes when the broker is back.
      kills: Math.max(1, Math.ceil(settings.kills / outages) - 1),
      senders,
      spansPerRequest,
      restMs: (senders * spansPerRequest * 1_000) / settings.rate,
      twiceOf: 10,
      draw,
      say,
    });
    say(JSON.stringify(harmed));
    expectUnharmed(harmed);
    expectRunning([detect]);
    const { inKafka, duplicates } = harmed;
    return stage.prove({ actions: inKafka, again: duplicates, noAction: 0, broken: 0 });
  },
};

function expectUnharmed({ lost, wrong, again, duplicates }: Harmed): void {
  if (lost > 0) throw new Error(`${String(lost)} spans were acknowledged and are not in Kafka`);
  if (wrong.length > 0) throw new Error(`${String(wrong.length)} records are wrong: ${String(wrong[0])}`);
  if (duplicates < again)
    throw new Error(
      `${String(again)} spans were acknowledged twice, ${String(duplicates)} are in Kafka twice`,
    );
}
