import { Config } from "./config.ts";
import { hideOf, type Path, schemaAt } from "./walk.ts";
import { toYaml } from "./yaml.ts";

/** The configuration in effect as YAML, defaults included; secrets are `(set)`, webhook addresses end at their host. */
export function describeConfig(config: Config): string {
  return toYaml(masked(config, []));
}

function masked(value: unknown, path: Path): unknown {
  const hide = hideOf(schemaAt(Config, path));
  if (hide === "path" && typeof value === "string") return `${new URL(value).origin}/…`;
  if (hide !== undefined) return "(set)";
  if (Array.isArray(value)) return value.map((item: unknown, at) => masked(item, [...path, at]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, masked(child, [...path, key])]),
  );
}
