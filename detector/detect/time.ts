/** A clock this far ahead of the log's is not believed: such an action moves no baseline. */
const clockAheadUs = 300_000_000;
/** What ended this much before an action that was already judged is judged and stored, but not learned. */
const learnedLateUs = 300_000_000;

/** Whether an instant of the sender lies so far behind the moment at which the log took it that its clock is not believed. */
export const isClockSuspect = (us: number, atMs: number): boolean => us > atMs * 1000 + clockAheadUs;

/** Whether an action that ended then may still be learned from, once one that ended at `latestUs` was judged. */
export const isLearnable = (endedAtUs: number, latestUs: number): boolean =>
  endedAtUs >= latestUs - learnedLateUs;

/** By how much the clocks of those who decide and of those who act may differ without anybody lying. */
export const skewUs = 5_000_000;

/** Seconds from one instant to a later one, as the SQL of a finding counts them. */
export const secondsBetween = (fromUs: number, toUs: number): number => Math.floor((toUs - fromUs) / 1e6);

/** The same in SQL: from an instant, microseconds since 1970, to when the action started. */
export const secondsSinceSql = (fromUs: number): string =>
  `toInt64(floor((toUnixTimestamp64Micro(started_at) - ${String(fromUs)}) / 1000000))`;
