import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
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

/** Loads a package as the app would, by its name or, where it has no main file, by its entries. */
async function load(name: string, folder: string): Promise<boolean> {
  const require = createRequire(join(folder, "app.js"));
  if (await loads(name, folder, require)) return true;
  let isAny = false;
  for (const entry of entriesOf(name, folder, require))
    isAny = (await loads(entry, folder, require)) || isAny;
  return isAny;
}

async function loads(specifier: string, folder: string, require: NodeJS.Require): Promise<boolean> {
  try {
    require(specifier);
    return true;
  } catch {
    // Not for `require`; perhaps for `import`.
  }
  try {
    // The second argument counts where Node was started with --experimental-import-meta-resolve.
    const url = import.meta.resolve(specifier, pathToFileURL(join(folder, "app.js")));
    return await within(import(url).then(() => true));
  } catch {
    return false;
  }
}

function entriesOf(name: string, folder: string, require: NodeJS.Require): readonly string[] {
  const found = (require.resolve.paths(name) ?? [join(folder, "node_modules")]).find((modules) =>
    installedVersion(dirname(modules), name),
  );
  if (found === undefined) return [];
  try {
    const { exports } = JSON.parse(readFileSync(join(found, name, "package.json"), "utf8")) as {
      exports?: unknown;
    };
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
