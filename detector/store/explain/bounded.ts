/** Longest that the store works on one question of an explanation. */
const secondsMax = 10;

/** Memory that the store may take for one. */
const bytesMax = 1_000_000_000;

/** Latest actions of an identity that are looked at; of one that did more, older ones don't count. */
export const pastMax = 100_000;

/** A SELECT that the store gives up rather than working on it for long. */
export function bounded(select: string): string {
  return `${select} SETTINGS max_execution_time = ${String(secondsMax)}, max_memory_usage = ${String(bytesMax)}`;
}
