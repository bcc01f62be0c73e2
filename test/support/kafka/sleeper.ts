/**
 * A member in a process of its own, to be frozen: `node sleeper.js <adapter> <brokers> <group> <topic> <sessionTimeoutMs>`.
 * It holds its first records and asks all the time whether it may still write, as a worker does before each write. What it
 * prints: `holding`; `wrote too late` when it would have written after sleeping longer than its session; `lost` at last.
 */
import { adapters } from "./adapters.ts";

const [adapter = "", brokers = "", group = "", topic = "", session = ""] = process.argv.slice(2);
const sessionTimeoutMs = Number(session);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const source = adapters[adapter]?.(brokers.split(","), {
  sessionTimeoutMs,
  heartbeatMs: sessionTimeoutMs / 5,
});
await source?.consume(group, topic, {
  assigned: () => undefined,
  position: async () => undefined,
  overrun: async () => undefined,
  async handle(_, __, isLost) {
    say("holding");
    for (let beforeMs = Date.now(); ; beforeMs = Date.now()) {
      // Asked after every millisecond: the first answer after waking counts.
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (isLost()) break;
      if (Date.now() - beforeMs > sessionTimeoutMs) say("wrote too late");
    }
    say("lost");
    return {};
  },
});
