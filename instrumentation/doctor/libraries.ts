import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { constants, runInThisContext } from "node:vm";
import type { Installed } from "../wrappers/hooks.ts";
import type { Wrapper } from "../wrappers/wrapper.ts";
import { installedVersion } from "./api-copies.ts";
import type { Library } from "./facts.ts";

/** Entries of one package that are loaded. */
const entriesMax = 24;
/** How long loading one may take. */
const loadMs = 5000;

/** The libraries that the app has and a wrapper is for. Each is loaded, as nothing else tells whether it is patched. */
export async function librariesOf(
  folder: string,
  wrappers: readonly Wrapper[],
  installed: Installed | undefined,
): Promise<readonly Library[]> {
  const found: Library[] = [];
  for (const { id, packages, listen } of wrappers) {
    if (listen !== undefined && packages.length === 0)
      found.push({
        wrapper: id,
        name: id,
        version: undefined,
        state: installed === undefined ? "unpatched" : "listening",
      });
    for (const name of packages) {
      const version = installedVersion(folder, name);
      if (version === undefined && !isBuiltin(name)) continue;
      const isLoaded = await load(name, folder);
      const isPatched = installed?.patched.some(
        ({ wrapper, module }) => wrapper === id && module.name === name,
      );
      const unpatched = isLoaded ? "unpatched" : "not_loadable";
      const state = isPatched === true ? "patched" : listen === undefined ? unpatched : "listening";
      found.push({ wrapper: id, name, version, state });
    }
  }
  return found;
}

/**
 * Loads a package as the app would, by `require` and by `import`, as they may give different files: by its name or, where
 * it has no main file, by its entries.
 */
async function load(name: string, folder: string): Promise<boolean> {
  const require = createRequire(join(folder, "app.js"));
  if (await loads(name, folder, require)) return true;
  let isAny = false;
  for (const entry of entriesOf(name, folder, require))
    isAny = (await loads(entry, folder, require)) || isAny;
  return isAny;
}

/** An `import` as if it stood in the app's folder; hooks know a package by the name it is imported by. */
function importIn(folder: string): (specifier: string) => Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It is written here.
  return runInThisContext("(specifier) => import(specifier)", {
    filename: join(folder, "app.js"),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (specifier: string) => Promise<unknown>;
}

async function loads(specifier: string, folder: string, require: NodeJS.Require): Promise<boolean> {
  let isLoaded = false;
  try {
    require(specifier);
    isLoaded = true;
  } catch (error) {
    if (!isForImport(error)) return false;
  }
  try {
    return (await within(importIn(folder)(specifier).then(() => true))) || isLoaded;
  } catch {
    return isLoaded;
  }
}

/** Whether a package is merely not for `require`; what fails by itself is not loaded a second time. */
function isForImport(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && forImport.has(code);
}

const forImport: ReadonlySet<string> = new Set([
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_REQUIRE_ASYNC_MODULE",
  "ERR_REQUIRE_ESM",
  "MODULE_NOT_FOUND",
]);

function entriesOf(name: string, folder: string, require: NodeJS.Require): readonly string[] {
  const found = (require.resolve.paths(name) ?? [join(folder, "node_modules")]).find((modules) =>
    installedVersion(dirname(modules), name),
  );
  if (found === undefined) return [];
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(found, name, "package.json"), "utf8"));
    if (typeof manifest !== "object" || manifest === null || !("exports" in manifest)) return [];
    const { exports } = manifest;
    if (typeof exports !== "object" || exports === null) return [];
    return Object.keys(exports)
      .filter((entry) => entry.startsWith("./") && !entry.includes("*") && !entry.endsWith(".json"))
      .slice(0, entriesMax)
      .map((entry) => `${name}${entry.slice(1)}`);
  } catch {
    return [];
  }
}

async function within(loading: Promise<boolean>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => void setTimeout(() => resolve(false), loadMs).unref());
  return await Promise.race([loading, late]);
}
