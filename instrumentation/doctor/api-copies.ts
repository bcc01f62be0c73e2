import { readdirSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { versionIn } from "../wrappers/package-version.ts";
import type { ApiCopy } from "./facts.ts";

/** Folders of packages that are looked at; the largest trees that are known have fewer. */
const packagesMax = 50_000;
const copiesMax = 20;

/**
 * Every copy of @opentelemetry/api that an app in `folder` can come to load, nearest first: in the node_modules of the
 * folder and of those above it, and within the packages there. Links are not followed, so each copy is told once, also
 * in trees that are made of links.
 */
export function apiCopies(folder: string): readonly ApiCopy[] {
  const copies = new Map<string, ApiCopy>();
  let packagesLeft = packagesMax;

  function visit(modules: string): void {
    for (const entry of foldersIn(modules)) {
      if (packagesLeft <= 0 || copies.size >= copiesMax) return;
      if (entry === ".pnpm")
        foldersIn(join(modules, entry)).forEach((each) => visit(join(modules, entry, each, "node_modules")));
      else if (entry.startsWith("@"))
        foldersIn(join(modules, entry)).forEach((each) => look(modules, `${entry}/${each}`));
      else look(modules, entry);
    }
  }

  function look(modules: string, name: string): void {
    packagesLeft -= 1;
    const at = join(modules, name);
    if (name === "@opentelemetry/api") note(at);
    else visit(join(at, "node_modules"));
  }

  function note(at: string): void {
    const version = versionIn(at);
    if (version !== undefined) copies.set(at, { version, folder: relative(folder, at) });
  }

  for (const above of foldersAbove(folder)) visit(realOf(join(above, "node_modules")));
  return [...copies.values()];
}

/** Version of a package that an app in `folder` loads, by the rule of Node: the nearest node_modules that has it. */
export function installedVersion(folder: string, name: string): string | undefined {
  for (const above of foldersAbove(folder)) {
    const version = versionIn(join(above, "node_modules", name));
    if (version !== undefined) return version;
  }
  return undefined;
}

function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== ".bin")
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A node_modules that is a link as a whole is looked into. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
