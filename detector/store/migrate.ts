import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "./clickhouse.ts";

/** One numbered SQL file of `schemas/clickhouse`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
  readonly checksum: string;
}

/** Reads the migrations that this program carries, in order. */
export function readMigrations(folder: URL): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      return {
        version: Number(name.slice(0, 4)),
        name,
        statements: statementsOf(text),
        checksum: createHash("sha256").update(text).digest("hex").slice(0, 16),
      };
    });
}

/**
 * Brings the database to the schema of this program, version by version; done twice, it changes nothing.
 *
 * @returns the names of the migrations that were applied.
 * @throws Error when the database is of a newer schema than this program knows, or was migrated by an altered file, as
 * those of earlier builds were: it says what an operator can do.
 */
export async function migrate(
  server: Database,
  database: Database,
  name: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await server.command(`CREATE DATABASE IF NOT EXISTS \`${name.replaceAll("`", "")}\``);
  await database.command(
    "CREATE TABLE IF NOT EXISTS migrations (version UInt32, name String, checksum String) ENGINE = ReplacingMergeTree ORDER BY version",
  );
  const applied = await appliedMigrations(database);
  refuseNewer(applied, migrations);
  const done: string[] = [];
  for (const migration of migrations) {
    const before = applied.get(migration.version);
    if (before === migration.checksum) continue;
    if (before !== undefined) throw altered(migration, before);
    for (const statement of migration.statements) await database.command(statement);
    await database.insert("migrations", [
      { version: migration.version, name: migration.name, checksum: migration.checksum },
    ]);
    done.push(migration.name);
  }
  return done;
}

/** Whether the schema is the one this program needs; says in a sentence what is wrong when not. */
export async function schemaProblem(
  database: Database,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  const exists = await database.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'",
  );
  if (exists.length === 0) return "the database holds no schema yet; run `answerable migrate`";
  const applied = await appliedMigrations(database);
  const missing = migrations.filter((migration) => !applied.has(migration.version));
  if (missing.length > 0)
    return `the database lacks ${missing.map((one) => one.name).join(", ")}; run \`answerable migrate\``;
  try {
    refuseNewer(applied, migrations);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function appliedMigrations(database: Database): Promise<ReadonlyMap<number, string>> {
  const rows = await database.query<{ version: number; checksum: string }>(
    "SELECT version, checksum FROM migrations FINAL ORDER BY version",
  );
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

function refuseNewer(applied: ReadonlyMap<number, string>, migrations: readonly Migration[]): void {
  const newest = Math.max(0, ...applied.keys());
  const known = Math.max(0, ...migrations.map((one) => one.version));
  if (newest > known) {
    throw new Error(
      `the database has schema version ${String(newest)}, this program knows ${String(known)}; use a newer version of answerable`,
    );
  }
}

/** Operators meet it with the store of an earlier build, developers when they change a released file. */
function altered({ name, checksum }: Migration, before: string): Error {
  return new Error(
    `migration ${name} was applied with another content (${before}, here ${checksum}): this store was made by an earlier build and can't be migrated; ` +
      "start with an empty database, and with Kafka under a new kafka.groupId, so that the log is read again (see CHANGELOG.md). " +
      "Whoever changed the file: add a new migration instead",
  );
}

/** Statements end with a semicolon at the end of a line. */
function statementsOf(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("--"))
    .join("\n")
    .split(/;\s*(?:\n|$)/u)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
