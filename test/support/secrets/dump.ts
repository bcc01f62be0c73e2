import { sql } from "../sql.ts";

/** All that a ClickHouse holds of a database, and what its server noted of statements, as the bytes of each table by its name. */
export async function dumpOf(url: string, database: string): Promise<ReadonlyMap<string, Buffer>> {
  const tables = await sql(
    url,
    `SELECT concat(database, '.', name) FROM system.tables WHERE NOT is_temporary AND engine NOT LIKE '%View'
     AND (database = '${database}' OR (database = 'system' AND name LIKE '%\\_log')) FORMAT TSVRaw`,
  );
  const dump = new Map<string, Buffer>();
  for (const table of tables.split("\n")) {
    // Texts as they are: JSON would escape them.
    const response = await fetch(url, { method: "POST", body: `SELECT * FROM ${table} FORMAT RowBinary` });
    if (!response.ok) throw new Error(`${table}: ${await response.text()}`);
    dump.set(table, Buffer.from(await response.arrayBuffer()));
  }
  return dump;
}
