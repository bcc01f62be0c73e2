import { readFileSync } from "node:fs";
import { AttributionTable } from "../../schemas/index.ts";
import { type Attributor, compileTable } from "../attribute/table.ts";

/** The package's own folder, seen from the compiled file. */
const packageRoot = new URL("../../../", import.meta.url);

export const migrationsFolder = new URL("schemas/clickhouse/", packageRoot);
export const demoFolder = new URL("deploy/demo/", packageRoot);

/** The attribution table as shipped, compiled. */
export function shippedAttributor(): Attributor {
  const text = readFileSync(new URL("schemas/attribution.json", packageRoot), "utf8");
  return compileTable(AttributionTable.parse(JSON.parse(text)));
}

/** Version of the package. */
export function packageVersion(): string {
  const text = readFileSync(new URL("package.json", packageRoot), "utf8");
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
