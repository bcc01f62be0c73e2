import { StoreError } from "../store/clickhouse.ts";
import type { Context } from "./context.ts";

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Waits before failed work is tried again, longer each time. Throws the error when waiting is of no use: when the role is
 * to stop, or when the same work would always fail.
 */
export function patience(
  { clock, log, signal }: Context,
  what: string,
): (attempt: number, error: unknown) => Promise<void> {
  return async (attempt, error) => {
    if (signal.aborted || !isPassing(error)) throw error;
    const ms = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
    log("warn", `${what} failed and is tried again`, {
      attempt,
      inMs: ms,
      reason: error instanceof Error ? error.message : String(error),
    });
    await clock.sleep(ms, signal);
  };
}

/** Repeats work on a partition until it succeeds; undefined when the partition is lost before. */
export async function persistently<T>(
  work: () => Promise<T>,
  isLost: () => boolean,
  pause: (attempt: number, error: unknown) => Promise<void>,
): Promise<T | undefined> {
  for (let attempt = 1; !isLost(); attempt += 1) {
    try {
      return await work();
    } catch (error) {
      await pause(attempt, error);
    }
  }
  return undefined;
}

/** Bugs and refusals don't pass; a store or broker that is away does. */
function isPassing(error: unknown): boolean {
  if (error instanceof StoreError) return error.retryable;
  return error instanceof Error && error.name.startsWith("Kafka");
}
