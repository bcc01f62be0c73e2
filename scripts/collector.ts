import { buildDistribution } from "./collector/build.ts";
import { answerableCollector } from "./collector/distribution.ts";

/** `npm run collector`: builds the Collector that holds our processor, and says where it is. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const startedAtMs = Date.now();
try {
  const program = await buildDistribution(answerableCollector, tell);
  tell(`answerable-collector is ready after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s:`);
  process.stdout.write(`${program}\n`);
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
