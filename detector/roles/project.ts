import type { Database } from "../store/clickhouse.ts";
import { type DecidedLog, storeDecided } from "../store/decided.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import type { Context } from "./context.ts";

/**
 * Writes what a log says where analysts read it, as soon as it is said; gives back what ends that. The detector writes the
 * control log as well, before it judges by it, and the rows are the same.
 */
export function project(
  { log }: Pick<Context, "log">,
  database: Database,
  source: ControlLog,
  name: DecidedLog,
): () => void {
  let next = 0;
  let running: Promise<void> | undefined;
  let isWanted = false;
  const store = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      const entries = await source.read(next);
      await storeDecided(database, name, entries);
      next = (entries.at(-1)?.position ?? next - 1) + 1;
    }
  };
  const run = (): void => {
    isWanted = true;
    running ??= store()
      // What could not be stored is stored with what comes next.
      .catch((error: unknown) =>
        log("warn", "what was decided can't be stored now", { log: name, reason: String(error) }),
      )
      .finally(() => {
        running = undefined;
        if (isWanted) run();
      });
  };
  run();
  return source.listen(run);
}
