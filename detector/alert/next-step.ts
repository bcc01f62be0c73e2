import { retryAfterMs } from "../retry-after.ts";
import type { DeliveryAttempt } from "./ports.ts";
import type { HttpAnswer } from "./sender.ts";

/** Waits before the second, third, … attempt; afterwards the last one again and again, until six hours are filled. */
const waitsMs = [5, 15, 30, 60, 120, 300].map((seconds) => seconds * 1000);
const lastWaitMs = 300_000;
const totalMs = 6 * 3_600_000;

/** After this many attempts in vain, about six hours, an alert is given up for its destination. */
export const attemptsMax = waitsMs.length + 1 + Math.floor((totalMs - sum(waitsMs)) / lastWaitMs);

/** A receiver that asks for more patience than this does not get it, or it could switch off its own alerts for days. */
export const retryAfterMaxMs = 3_600_000;

/** What an answer means for the delivery. */
export type NextStep = Pick<DeliveryAttempt, "outcome" | "status" | "error" | "nextAtMs">;

/**
 * Decides what follows `attempt` (from 1) that ended at `nowMs`. Paging has to be quick and predictable, so the schedule
 * has no jitter: one sender, few alerts, no thundering herd.
 */
export function nextStep(answer: HttpAnswer, attempt: number, nowMs: number): NextStep {
  if (answer.kind === "failed")
    return retry({ status: 0, error: answer.reason, attempt, atMs: nowMs + waitMs(attempt) });
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: "delivered", status, error: "", nextAtMs: 0 };
  if (status === 410)
    return { outcome: "abandoned", status, error: "the receiver is gone (410)", nextAtMs: 0 };
  const asksPatience = status === 429 || status === 503;
  const patienceMs = asksPatience
    ? Math.min(retryAfterMs(answer.retryAfter, nowMs) ?? 0, retryAfterMaxMs)
    : 0;
  return retry({
    status,
    error: `HTTP ${status}`,
    attempt,
    atMs: nowMs + Math.max(waitMs(attempt), patienceMs),
  });
}

/** How long after attempt number `attempt` the next one is due. */
function waitMs(attempt: number): number {
  return waitsMs[attempt - 1] ?? lastWaitMs;
}

function retry({
  status,
  error,
  attempt,
  atMs,
}: {
  status: number;
  error: string;
  attempt: number;
  atMs: number;
}): NextStep {
  if (attempt < attemptsMax) return { outcome: "failed", status, error, nextAtMs: atMs };
  return { outcome: "abandoned", status, error: `${error}, after ${attempt} attempts`, nextAtMs: 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
