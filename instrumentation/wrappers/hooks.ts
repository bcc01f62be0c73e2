import { Hook as ImportHook } from "import-in-the-middle";
import { Hook as RequireHook } from "require-in-the-middle";
import { quietly } from "../quietly.ts";
import { versionIn } from "./package-version.ts";
import type { LoadedModule, Undo, Wrapper } from "./wrapper.ts";

/** What was patched, for `answerable doctor`. */
interface Patched {
  readonly wrapper: string;
  readonly module: LoadedModule;
}

/** Wrappers at work. */
export interface Installed {
  readonly patched: readonly Patched[];
  /** Patches a module that was loaded before. */
  patch(exports: object, module: LoadedModule): void;
  /** Leaves all libraries as they were found. */
  undo(): void;
}

/** Patches what is loaded from now on, by `require` and by `import`, and listens to what the runtime tells. */
export function installWrappers(wrappers: readonly Wrapper[]): Installed {
  const patched: Patched[] = [];
  const undos: Undo[] = wrappers.flatMap((wrapper) => {
    const undo = quietly(() => wrapper.listen?.());
    return undo === undefined ? [] : [undo];
  });
  const done = new WeakMap<object, Set<string>>();

  function patch(exports: object, module: LoadedModule): void {
    for (const wrapper of wrappers) {
      if (wrapper.patch === undefined || !wrapper.packages.includes(module.name)) continue;
      const by = done.get(exports) ?? new Set();
      if (by.has(wrapper.id)) continue;
      done.set(exports, by.add(wrapper.id));
      const undo = quietly(() => wrapper.patch?.(exports, module));
      if (undo === undefined) continue;
      undos.push(undo);
      patched.push({ wrapper: wrapper.id, module });
    }
  }

  const onLoad = <T>(exports: T, name: string, folder?: string | void): T => {
    if (isPatchable(exports)) patch(exports, moduleOf(name, folder));
    return exports;
  };
  const packages = [...new Set(wrappers.flatMap((wrapper) => wrapper.packages))];
  const files = wrappers.flatMap((wrapper) => wrapper.files ?? []);
  const hooks = [
    // A file is called by its path, without its ending.
    new RequireHook(
      [...packages, ...files.map((file) => file.replace(/\.[cm]?js$/u, ""))],
      { internals: true },
      onLoad,
    ),
    new ImportHook(packages, { internals: true }, (exports: object, name, folder) => {
      onLoad(exports, name, folder);
    }),
  ];
  return {
    patched,
    patch,
    undo: () => {
      for (const hook of hooks) hook.unhook();
      for (const undo of undos.toReversed()) quietly(undo);
    },
  };
}

/** Addresses of the files that wrappers patch inside packages: an `import` names those in its own words. */
export function insideFiles(wrappers: readonly Wrapper[]): readonly RegExp[] {
  return wrappers
    .flatMap((wrapper) => wrapper.files ?? [])
    .map((file) => new RegExp(`/node_modules/${file.replaceAll(".", "\\.")}$`, "u"));
}

function isPatchable(exports: unknown): exports is object {
  return (typeof exports === "object" && exports !== null) || typeof exports === "function";
}

/** Hooks call a main file by its package, and other files by package and path. */
function moduleOf(called: string, folder: string | void): LoadedModule {
  const parts = called
    .replaceAll("\\", "/")
    .replace(/^node:/u, "")
    .split("/");
  const ofName = called.startsWith("@") ? 2 : 1;
  return {
    name: parts.slice(0, ofName).join("/"),
    file: parts.slice(ofName).join("/"),
    version: typeof folder === "string" ? versionIn(folder) : undefined,
  };
}
