import { readFileSync } from "node:fs";
import { AttributionTable } from "../../schemas/index.ts";
import { HookMapping } from "../serve/hook-mapping.ts";
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

/** A shipped mapping of another system's messages, or one from a file; throws a sentence when it can't be used. */
export function hookMapping(name: string): HookMapping {
  const shipped = ["github", "jira", "servicenow"];
  const place = shipped.includes(name) ? new URL(`schemas/hooks/${name}.json`, packageRoot) : name;
  let text: string;
  try {
    text = readFileSync(place, "utf8");
  } catch {
    throw new Error(`a mapping of hooks is "${name}"; it must be ${shipped.join(", ")}, or a JSON file`);
  }
  try {
    return HookMapping.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`the mapping ${name} is not of the form of schemas/hooks/*.json: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Version of the package. */
export function packageVersion(): string {
  const text = readFileSync(new URL("package.json", packageRoot), "utf8");
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
