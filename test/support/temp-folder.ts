import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own, and its removal. */
export interface TempFolder {
  readonly path: string;
  remove(): void;
}

/** Makes an empty folder in the machine's place for temporary files. */
export function tempFolder(name: string): TempFolder {
  const path = mkdtempSync(join(tmpdir(), `answerable-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}
