/** Limits of what is held and of how long anything takes. */
export interface Limits {
  /** Spans that wait to be sent; beyond, the oldest of low risk is dropped first. */
  readonly queueSpansMax: number;
  /** What they may hold in memory, in bytes. */
  readonly queueBytesMax: number;
  /** Spans of one request. */
  readonly batchMax: number;
  readonly flushMs: number;
  /** How long a span of high risk waits at most. */
  readonly urgentFlushMs: number;
  readonly timeoutMs: number;
  /** How long the process is held at its end, at most. */
  readonly exitMs: number;
  /** How long the first request waits for the identity to be found. */
  readonly identityMs: number;
}

const defaults: Limits = {
  queueSpansMax: 20_000,
  queueBytesMax: 32 * 1024 * 1024,
  batchMax: 512,
  flushMs: 250,
  urgentFlushMs: 50,
  timeoutMs: 5_000,
  exitMs: 2_000,
  identityMs: 2_000,
};

/** A timer of Node that is set for longer fires at once. */
const most = 2 ** 31 - 1;

/** The limits that hold: what is no whole number above 0 would be no limit, and the default counts. */
export function limitsOf(told: Partial<Limits>, problems: string[]): Limits {
  const limits: { -readonly [Name in keyof Limits]: number } = { ...defaults };
  for (const name in limits) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Names are those of the defaults.
    const key = name as keyof Limits;
    const value: unknown = told[key];
    if (value === undefined) continue;
    if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= most)
      limits[key] = value;
    else problems.push(`limits.${name} is no whole number from 1 to ${most}; ${defaults[key]} holds`);
  }
  return limits;
}
