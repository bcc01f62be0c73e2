import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../clock.ts";
import type { CappedLog } from "./capped-log.ts";

/** How a child ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of the server; a supervisor starts the next. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves once it is gone; never rejects. */
  readonly ended: Promise<Ending>;
  /** Asks, waits, and after `stopWithinMs` insists. Resolves once it is gone. */
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly args: readonly string[];
  readonly log: CappedLog;
  readonly clock: Clock;
  readonly stopWithinMs?: number;
}

/** Starts the server program as a child that dies with us. */
export function startProcess({
  args,
  log,
  clock,
  stopWithinMs = 10_000,
}: ServerProcessOptions): ServerProcess {
  const program = fileURLToPath(new URL("./child.js", import.meta.url));
  // An instant without a zone is UTC wherever this machine stands; the config's <timezone> is not heeded here.
  const child = spawn("env", ["TZ=UTC", process.execPath, program, ...args], {
    // Its stdin is our life line: nothing is written to it, and it closes when we are gone.
    stdio: ["pipe", "ignore", "pipe"],
    // A Ctrl-C goes to the whole group of the terminal; we need the store until our own work is written.
    detached: true,
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => log.append(text));
  // A pipe to a dead child breaks; that it is dead is told by `ended`.
  child.stdin.on("error", () => undefined);
  const ended = endingOf(child, log);
  return {
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      const waiting = new AbortController();
      const insist = clock.sleep(stopWithinMs, waiting.signal).then(() => child.kill("SIGKILL"));
      await ended;
      waiting.abort();
      await insist;
    },
  };
}

function endingOf(child: ChildProcess, log: CappedLog): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => {
      log.append(`${error.message}\n`);
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}
