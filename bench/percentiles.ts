/** How long calls took, in nanoseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

function percentilesOf(ns: Float64Array): Percentiles {
  const sorted = ns.toSorted();
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Times each of some calls by the system's clock, what the clock costs included; `between` is not timed. */
export function timed(
  calls: number,
  call: (nth: number) => unknown,
  between?: (nth: number) => void,
): Percentiles {
  const ns = new Float64Array(calls);
  for (let nth = 0; nth < calls; nth += 1) {
    const before = process.hrtime.bigint();
    call(nth);
    ns[nth] = Number(process.hrtime.bigint() - before);
    between?.(nth);
  }
  return percentilesOf(ns);
}

/** The same of calls that are awaited. */
export async function timedAwaited(
  calls: number,
  call: (nth: number) => Promise<unknown>,
): Promise<Percentiles> {
  const ns = new Float64Array(calls);
  for (let nth = 0; nth < calls; nth += 1) {
    const before = process.hrtime.bigint();
    await call(nth);
    ns[nth] = Number(process.hrtime.bigint() - before);
  }
  return percentilesOf(ns);
}

/** What timing nothing takes. */
export const timerCost = (): Percentiles => timed(100_000, () => undefined);
