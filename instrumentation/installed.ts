import { globals } from "./globals.ts";
import type { Installed } from "./wrappers/hooks.ts";

const slot = Symbol.for("answerable.installed.1");
const shared = globals<{ [slot]?: Installed }>();

/** Wrappers at work in this process; undefined where nothing was installed. */
export function currentInstalled(): Installed | undefined {
  return shared[slot];
}

export function setInstalled(installed: Installed): void {
  shared[slot] = installed;
}
