/**
 * Latest instant that is exact as a number, in the year 2255; a later one is stored as this, and is clock-suspect. Whoever
 * reads back one beyond it would fail over its whole chain.
 */
const lastUs = Number.MAX_SAFE_INTEGER;

/** An instant in microseconds as the store can hold it. */
export const boundedUs = (us: number): number => Math.min(Math.max(us, 0), lastUs);
/** The same of one in milliseconds. */
export const boundedMs = (ms: number): number => Math.min(Math.max(ms, 0), Math.floor(lastUs / 1000));
