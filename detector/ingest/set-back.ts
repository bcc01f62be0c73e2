import type { Clock } from "../clock.ts";

const lookMs = 1_000;

/**
 * Calls `told` when the wall clock was set back by more than `byMs`. Going slower, as a clock does that is set right bit by
 * bit, is no such thing.
 *
 * @returns what ends the watch.
 */
export function onSetBack(clock: Clock, byMs: number, told: () => void): () => void {
  const ahead = (): number => clock.nowMs() - clock.elapsedMs();
  let before = ahead();
  const timer = setInterval(() => {
    const now = ahead();
    const isSetBack = now < before - byMs;
    before = now;
    if (isSetBack) told();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
