import { controlFeed, type ControlLog } from "../stream/control-feed.ts";
import type { ControlFeed } from "../stream/ports.ts";
import type { Database } from "../store/clickhouse.ts";
import { storeRevocations } from "../store/credential-revocations.ts";
import { storeGrants } from "../store/control-log.ts";
import type { Context } from "./context.ts";

/** Follows a control log, writing its grants and revocations where analysts read them. */
export function followControl({ clock }: Context, database: Database, log: ControlLog): ControlFeed {
  return controlFeed({
    read: (from) => log.read(from),
    onEntries: async (entries) => {
      await storeGrants(database, entries);
      await storeRevocations(database, entries);
    },
    pause: () => clock.sleep(50),
  });
}
