import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { Telemetry } from "../telemetry.ts";

/** What every role is given: how it is to run, and how it speaks. */
export interface Context {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Aborted when the role is to stop: what was taken in is finished, nothing new is begun. */
  readonly signal: AbortSignal;
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Names this process among those that share a store; no two that run at once have the same. */
  readonly owner: string;
}

/** Resolves when the role is to stop. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
