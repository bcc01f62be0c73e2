import type { Database } from "../store/clickhouse.ts";
import { readMigrations, schemaProblem } from "../store/migrate.ts";
import type { Context } from "./context.ts";
import { migrationsFolder } from "./package-files.ts";

/** Whoever asks whether we are ready gives up after a few seconds and should hear why before that. */
const readyWithinMs = 3_000;

/** Why the store can't be worked with now, in a sentence; undefined when it can. */
export function storeProblem({ clock }: Context, database: Database): Promise<string | undefined> {
  const told = new AbortController();
  const late = clock.sleep(readyWithinMs, told.signal).then(() => "the store does not answer in time");
  const ping = database
    .ping()
    .then((answers) =>
      answers ? schemaProblem(database, readMigrations(migrationsFolder)) : "the store can't be reached",
    );
  return Promise.race([ping, late]).finally(() => told.abort());
}
