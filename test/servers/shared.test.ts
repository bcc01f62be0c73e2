import { expect, test } from "@jest/globals";
import { freshDatabase } from "../support/shared.ts";
import { sql } from "../support/sql.ts";

test("each fresh database is another one, empty, and gone when dropped", async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(one.name).not.toBe(other.name);
  await sql(one.url, `CREATE TABLE ${one.name}.t (n UInt8) ENGINE = MergeTree ORDER BY n`);
  expect(await sql(other.url, `SHOW TABLES FROM ${other.name}`)).toBe("");
  await Promise.all([one.drop(), other.drop()]);
  expect(await sql(one.url, `SELECT count() FROM system.databases WHERE name = '${one.name}'`)).toBe("0");
});
