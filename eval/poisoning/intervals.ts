const z95 = 1.96;

/** A share in per cent with its interval (Wilson). */
export function shareWithin(count: number, all: number): string {
  const share = count / all;
  const z2 = z95 ** 2 / all;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = (z95 * Math.sqrt((share * (1 - share)) / all + z2 / (4 * all))) / (1 + z2);
  const percent = (one: number): string => (100 * one).toFixed(1);
  return `${percent(share)} % (${percent(Math.max(0, middle - half))}-${percent(Math.min(1, middle + half))})`;
}

/** A yearly rate with its interval (by the square root of a Poisson number). */
export function yearlyWithin(count: number, years: number): string {
  const end = (sign: number): number => Math.max(0, Math.sqrt(count + 0.375) + (sign * z95) / 2) ** 2 / years;
  return `${(count / years).toFixed(3)} (${end(-1).toFixed(3)}-${end(1).toFixed(3)})`;
}
