/** Instants as OTLP has them: 8 bytes, little-endian, nanoseconds since 1970. A place below 0 means "not there". */

/** Whether there is an instant at `at` and it lies within 1 to 2^63-1 nanoseconds (until the year 2262). */
export function isUsable(view: DataView, at: number): boolean {
  if (at < 0) return false;
  const high = highAt(view, at);
  return high < 2 ** 31 && (high > 0 || lowAt(view, at) > 0);
}

/** Whether the instant at `one` lies before that at `other`; exact, unlike nanoseconds in a double. */
export function isBefore(view: DataView, one: number, other: number): boolean {
  const high = highAt(view, one);
  const otherHigh = highAt(view, other);
  return high < otherHigh || (high === otherHigh && lowAt(view, one) < lowAt(view, other));
}

/**
 * The instant at `at` in whole microseconds, rounded down. A long division by 1,000 in two steps keeps every
 * intermediate below 2^53, so that nothing is lost and no BigInt is made; from 2^53 microseconds on (the year 2255)
 * the result is the nearest double.
 */
export function microsecondsAt(view: DataView, at: number): number {
  const high = highAt(view, at);
  const rest = (high % 1000) * 2 ** 32 + lowAt(view, at);
  return Math.floor(high / 1000) * 2 ** 32 + Math.floor(rest / 1000);
}

const lowAt = (view: DataView, at: number): number => view.getUint32(at, true);
const highAt = (view: DataView, at: number): number => view.getUint32(at + 4, true);
