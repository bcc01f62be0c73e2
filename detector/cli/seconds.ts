const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Seconds of a time as `--for` has it.
 *
 * @throws Error that says how it is written.
 * @example
 * secondsOf("8h"); // 28800
 */
export function secondsOf(time: string): number {
  const { many, unit = "" } = /^(?<many>[1-9]\d{0,7})(?<unit>[smhd])$/u.exec(time)?.groups ?? {};
  if (many === undefined)
    throw new Error(`--for is ${time}; it must be a number and its unit: 30s, 15m, 8h or 90d`);
  return Number(many) * (unitSeconds[unit] ?? 1);
}
