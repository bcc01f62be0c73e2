import { setTimeout as sleep } from "node:timers/promises";

/** Time as the service sees it; tests bring one that does not pass by itself. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    // An aborted sleep is a normal way to stop, so the rejection of the timer says nothing its caller does not know.
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
