import { controlFeed, type ControlLog } from "../stream/control-feed.ts";
import type { ControlFeed } from "../stream/ports.ts";
import type { Database } from "../store/clickhouse.ts";
import { storeRevocations } from "../store/credential-revocations.ts";
import { storeDecided } from "../store/decided.ts";
import type { Context } from "./context.ts";

/** Follows a log of what was decided, writing its entries where analysts read them. */
export function followControl({ clock }: Context, database: Database, log: ControlLog): ControlFeed {
  return controlFeed({
    read: (from) => log.read(from),
    onEntries: async (entries) => {
      await storeDecided(database, "control", entries);
      await storeRevocations(database, entries);
    },
    pause: () => clock.sleep(50),
  });
}
