import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version that the package in a folder says it has. */
export function versionIn(folder: string): string | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (typeof read !== "object" || read === null || !("version" in read)) return undefined;
    return typeof read.version === "string" ? read.version : undefined;
  } catch {
    return undefined;
  }
}
