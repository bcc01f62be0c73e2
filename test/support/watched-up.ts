/** `answerable up` under watch: what hostile input costs it in memory and in time of its event loop. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";
import { tempFolder } from "./temp-folder.ts";
import { startUp, type Up } from "./up.ts";

export interface WatchedUp extends Up {
  /** Begins to watch anew. */
  watch(): void;
  /** Most memory since `watch`, MiB. */
  peakMebibytes(): number;
  residentMebibytes(): number;
  /** Longest time since `watch` that its main thread worked without a turn of the event loop, milliseconds. */
  longestBusyMs(): number;
  /** Stops it and removes what it stored. */
  end(): Promise<void>;
}

export async function startWatchedUp(env: Readonly<Record<string, string>> = {}): Promise<WatchedUp> {
  const folder = tempFolder("watched");
  const file = join(folder.path, "loop");
  const agent = join(repositoryRoot, "dist/test/support/agents/loop-watch.js");
  const up = await startUp({
    dataDir: join(folder.path, "data"),
    env: { ...env, LOOP_WATCH_FILE: file, NODE_OPTIONS: `--import ${agent}` },
  });
  const status = (field: string): number => {
    const text = readFileSync(`/proc/${String(up.pid)}/status`, "utf8");
    return Number(new RegExp(`${field}:\\s+(\\d+)`, "u").exec(text)?.[1] ?? 0) / 1024;
  };
  return {
    ...up,
    watch() {
      writeFileSync(file, "");
      // Linux then counts the peak from here on.
      writeFileSync(`/proc/${String(up.pid)}/clear_refs`, "5");
    },
    peakMebibytes: () => status("VmHWM"),
    residentMebibytes: () => status("VmRSS"),
    longestBusyMs() {
      const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
      return Math.max(0, ...lines.map((line) => Number(line.split(" ")[1] ?? 0)));
    },
    async end() {
      await up.stop();
      folder.remove();
    },
  };
}
