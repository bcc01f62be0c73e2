import type { Clock } from "../../clock.ts";
import { told, type Running } from "./launch.ts";

/** What a supervisor has to tell. */
export type EmbeddedEvent =
  | { readonly kind: "ready"; readonly pid: number; readonly elapsedMs: number }
  | { readonly kind: "died"; readonly pid: number; readonly how: string; readonly restartInMs: number }
  | { readonly kind: "restart_failed"; readonly message: string; readonly restartInMs: number };

export interface SuperviseOptions {
  readonly first: Running;
  readonly relaunch: (signal: AbortSignal) => Promise<Running>;
  readonly onEvent: (event: EmbeddedEvent) => void;
  readonly clock: Clock;
}

export interface Supervised {
  pid(): number;
  stop(): Promise<void>;
}

const backoffMinMs = 100;
const backoffMaxMs = 10_000;
/** One that lived this long has not died of its start, so the next is tried at once again. */
const settledMs = 30_000;

/** Keeps a server running until it is stopped: each death is followed by a start, after a pause that doubles. */
export function supervise({ first, relaunch, onEvent, clock }: SuperviseOptions): Supervised {
  const stopping = new AbortController();
  let current = first.process;
  const loop = keepRunning();

  async function keepRunning(): Promise<void> {
    let running: Running | undefined = first;
    let backoffMs = backoffMinMs;
    while (!stopping.signal.aborted) {
      if (running !== undefined) {
        const readyAtMs = clock.nowMs();
        current = running.process;
        onEvent({ kind: "ready", pid: current.pid, elapsedMs: running.elapsedMs });
        const how = told(await current.ended);
        if (stopping.signal.aborted) return;
        if (clock.nowMs() - readyAtMs > settledMs) backoffMs = backoffMinMs;
        onEvent({ kind: "died", pid: current.pid, how, restartInMs: backoffMs });
      }
      await clock.sleep(backoffMs, stopping.signal);
      backoffMs = Math.min(backoffMs * 2, backoffMaxMs);
      running = await attempt(backoffMs);
    }
    // Stopped in the very moment a new one answered.
    await running?.process.stop();
  }

  async function attempt(restartInMs: number): Promise<Running | undefined> {
    if (stopping.signal.aborted) return undefined;
    try {
      return await relaunch(stopping.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!stopping.signal.aborted) onEvent({ kind: "restart_failed", message, restartInMs });
      return undefined;
    }
  }

  return {
    pid: () => current.pid,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await loop;
    },
  };
}
