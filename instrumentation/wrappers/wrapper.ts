/** What undoes a patch: afterwards the library is as it was found. */
export type Undo = () => void;

/** A module that was loaded, by its package. */
export interface LoadedModule {
  /** Name of the package, or of the module of Node without `node:`. */
  readonly name: string;
  /** Path of the file within its package, with slashes; empty for its main file. */
  readonly file: string;
  readonly version: string | undefined;
}

/**
 * Makes the actions that a library does visible. One file each, and one line in `wrappers/index.ts`; every one passes the
 * suite in `test/support/wrapper-contract.ts`. Imports nothing of the library but types.
 */
export interface Wrapper {
  /** File name, and name in what `answerable doctor` says. */
  readonly id: string;
  /** What it patches; empty where it only listens to what the runtime tells. */
  readonly packages: readonly string[];
  /** Files of theirs, beside the main one, that it patches: paths below `node_modules/`, with slashes. */
  readonly files?: readonly string[];
  /**
   * Patches what a module of these packages exports; called once for each that is loaded. Undefined: there is nothing to
   * patch in it.
   */
  readonly patch?: (exports: object, module: LoadedModule) => Undo | undefined;
  /** Listens to what the runtime tells by itself (`node:diagnostics_channel`). */
  readonly listen?: () => Undo;
}
