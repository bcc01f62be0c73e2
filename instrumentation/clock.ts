/** Time, from one place: when it is, and a stopwatch that no correction of the clock disturbs. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds since some instant of this process; never steps back. */
  elapsedMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now(), elapsedMs: () => performance.now() };
