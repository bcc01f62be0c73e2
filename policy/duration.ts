const unitUs: Readonly<Record<string, number>> = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 };

/**
 * Microseconds of a length of time in words.
 *
 * @example
 * durationUs("15m"); // 900_000_000
 */
export function durationUs(words: string): number {
  const unit = words.endsWith("ms") ? "ms" : words.slice(-1);
  return Number(words.slice(0, -unit.length)) * (unitUs[unit] ?? Number.NaN);
}
