/** A migrated database of one test's own on the shared ClickHouse. */
import { migrationsFolder } from "../../detector/roles/package-files.ts";
import { type Database, openDatabase } from "../../detector/store/clickhouse.ts";
import { migrate, readMigrations } from "../../detector/store/migrate.ts";
import { freshDatabase } from "./shared.ts";

/** A database with the schema in it, and connections to it and to its server. */
export interface FreshStore {
  readonly database: Database;
  readonly server: Database;
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

export async function freshStore(): Promise<FreshStore> {
  const empty = await emptyStore();
  await migrate(empty.server, empty.database, empty.name, readMigrations(migrationsFolder));
  return empty;
}

/** The same without the schema. */
export async function emptyStore(): Promise<FreshStore> {
  const fresh = await freshDatabase();
  const open = (database: string): Database =>
    openDatabase({ url: fresh.url, user: "default", password: "", database });
  const database = open(fresh.name);
  const server = open("default");
  const drop = async (): Promise<void> => {
    await database.close();
    await server.close();
    await fresh.drop();
  };
  return { database, server, url: fresh.url, name: fresh.name, drop };
}
