const unitUs: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/**
 * A length of time in words (`Duration` of the contract), in microseconds.
 *
 * @example
 * durationUs("15m"); // 900_000_000
 */
export function durationUs(text: string): number {
  const unit = /[a-z]+$/u.exec(text)?.[0] ?? "";
  return Number.parseInt(text, 10) * (unitUs[unit] ?? Number.NaN);
}
