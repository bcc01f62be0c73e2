import { join } from "node:path";
import { type Database, openDatabase } from "../store/clickhouse.ts";
import { startEmbeddedClickHouse } from "../store/embedded/server.ts";
import { migrate, readMigrations, schemaProblem } from "../store/migrate.ts";
import type { Context } from "./context.ts";
import { migrationsFolder } from "./package-files.ts";

/** The store, open. */
export interface OpenStore {
  readonly database: Database;
  /** Where ClickHouse answers HTTP. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The ClickHouse named in the configuration, or one of our own below the data folder. Brings its schema up to date. */
export async function openOwnStore(context: Context): Promise<OpenStore> {
  const { config, log } = context;
  if (config.clickhouse.url !== undefined) {
    await migrateStore(context);
    return openGivenStore(context);
  }
  const server = await startEmbeddedClickHouse({
    dataDir: join(config.data, "clickhouse"),
    clock: context.clock,
    onEvent: ({ kind, ...fields }) =>
      log(kind === "ready" ? "info" : "warn", `embedded ClickHouse: ${kind}`, fields),
  });
  try {
    await migrateAt(context, server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const database = openAt(context, server.url, config.clickhouse.database);
  const stop = async (): Promise<void> => {
    await database.close();
    await server.stop();
  };
  return { database, url: server.url, stop };
}

/** The ClickHouse named in the configuration; its schema must be ours. */
export async function openGivenStore(context: Context, requestTimeoutMs?: number): Promise<OpenStore> {
  const { config } = context;
  const url = givenUrl(context);
  const database = openAt(context, url, config.clickhouse.database, requestTimeoutMs);
  const problem = await schemaProblem(database, readMigrations(migrationsFolder));
  if (problem !== undefined) {
    await database.close();
    throw new Error(problem);
  }
  return { database, url, stop: () => database.close() };
}

/** Brings the schema of the ClickHouse named in the configuration up to date; resolves with what was applied. */
export function migrateStore(context: Context): Promise<readonly string[]> {
  return migrateAt(context, givenUrl(context));
}

async function migrateAt(context: Context, url: string): Promise<readonly string[]> {
  const name = context.config.clickhouse.database;
  const server = openAt(context, url, "default");
  const database = openAt(context, url, name);
  try {
    return await migrate(server, database, name, readMigrations(migrationsFolder));
  } finally {
    await server.close();
    await database.close();
  }
}

function openAt({ config }: Context, url: string, database: string, requestTimeoutMs?: number): Database {
  return openDatabase({
    url,
    user: config.clickhouse.user,
    password: config.clickhouse.password ?? "",
    database,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
}

function givenUrl({ config }: Context): string {
  const { url } = config.clickhouse;
  if (url === undefined)
    throw new Error(
      "clickhouse.url is not set (ANSWERABLE_CLICKHOUSE_URL); this role needs a ClickHouse to write to",
    );
  return url;
}
