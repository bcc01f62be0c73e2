import { systemClock } from "../clock.ts";

/** How long an answer asks to be left alone (RFC 9110, 10.2.3: seconds, or an instant); milliseconds. */
export function pauseAsked(retryAfter: string | undefined, nowMs = systemClock.nowMs()): number | undefined {
  const text = retryAfter?.trim() ?? "";
  if (/^\d{1,10}$/u.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
