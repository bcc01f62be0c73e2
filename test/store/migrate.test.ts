import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { migrationsFolder } from "../../detector/roles/package-files.ts";
import { migrate, type Migration, readMigrations, schemaProblem } from "../../detector/store/migrate.ts";
import { emptyStore, type FreshStore } from "../support/store.ts";

const shipped = readMigrations(migrationsFolder);
const newest = String(shipped.at(-1)?.version);
const names = shipped.map((one) => one.name);
const extra = (version: number): Migration => ({
  version,
  name: `${version}.sql`,
  statements: ["SELECT 1"],
  checksum: "extra",
});

let store: FreshStore;
beforeEach(async () => {
  store = await emptyStore();
});
afterEach(() => store.drop());
const run = (migrations: readonly Migration[] = shipped): Promise<readonly string[]> =>
  migrate(store.server, store.database, store.name, migrations);
const tables = async (): Promise<readonly unknown[]> =>
  store.database.query(
    "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name",
  );

describe("migrating", () => {
  test("applies every file in the order of its number, and a second time none", async () => {
    expect(await run()).toEqual(names);
    const before = await tables();
    expect(before.length).toBeGreaterThan(15);
    expect(await run()).toEqual([]);
    expect(await tables()).toEqual(before);
  });

  test("applies what is new, and that alone", async () => {
    await run(shipped.slice(0, 2));
    expect(await run()).toEqual(names.slice(2));
  });

  test("goes on where it was interrupted: a file applied but not noted is applied again", async () => {
    await run();
    await store.database.command(
      "ALTER TABLE migrations DELETE WHERE version >= 5 SETTINGS mutations_sync = 2",
    );
    expect(await run()).toEqual(names.slice(4));
  });

  test("refuses a database of a newer schema", async () => {
    await run([...shipped, extra(99)]);
    await expect(run()).rejects.toThrow(
      `the database has schema version 99, this program knows ${newest}; use a newer version`,
    );
  });

  test("refuses a file that was changed after it was applied, and applies nothing then", async () => {
    await run(shipped.slice(0, 3));
    const [first, ...rest] = shipped;
    const refused = run([{ ...first!, checksum: "changed" }, ...rest]);
    await expect(refused).rejects.toThrow(`migration ${names[0]} was applied with another content`);
    await expect(refused).rejects.toThrow(
      "start with an empty database, and with Kafka under a new kafka.groupId",
    );
    expect(await run()).toEqual(names.slice(3));
  });

  test("makes a database that isn't there", async () => {
    await store.server.command(`DROP DATABASE ${store.name}`);
    expect(await run()).toEqual(names);
  });
});

describe("the schema", () => {
  const cases: readonly {
    name: string;
    migrations: readonly Migration[] | undefined;
    problem: string | undefined;
  }[] = [
    { name: "of this program is no problem", migrations: shipped, problem: undefined },
    {
      name: "that is missing is named",
      migrations: undefined,
      problem: "the database holds no schema yet; run `answerable migrate`",
    },
    {
      name: "that is too old is named by what it lacks",
      migrations: shipped.slice(0, -1),
      problem: `the database lacks ${names.at(-1)}; run \`answerable migrate\``,
    },
    {
      name: "that is too new is named",
      migrations: [...shipped, extra(99)],
      problem: `the database has schema version 99, this program knows ${newest}; use a newer version of answerable`,
    },
  ];
  test.each(cases)("$name", async ({ migrations, problem }) => {
    if (migrations !== undefined) await run(migrations);
    expect(await schemaProblem(store.database, shipped)).toBe(problem);
  });
});

test("the files are numbered without a gap", () => {
  expect(shipped.map((one) => one.version)).toEqual(shipped.map((_, at) => at + 1));
});
