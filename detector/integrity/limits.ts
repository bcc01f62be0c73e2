/** A sender's clock may be set back by this much without its numbers counting as begun anew. */
export const clockStepUs = 1_000_000;

/** What is held of processes in memory, whatever is made up. The names are the words of the counter. */
export const limits = {
  /** Processes followed of one client; of more, those that were silent longest are forgotten. */
  processesPerClientMax: 20_000,
  /** Runs of numbers that are held of all processes together; beyond, the process silent longest is forgotten. */
  rangesMax: 500_000,
  /** Runs of numbers held of one life of one process; beyond, the lowest are forgotten. */
  rangesPerLifeMax: 5_000,
  /** Lives held of one process; of more, the oldest are forgotten. */
  livesMax: 4,
  /** Findings of one process that can still change; the oldest become final. */
  toldPerProcessMax: 500,
  /** Gaps of one process told one by one in an hour; more are told together, as one finding with the exact sum. */
  gapsToldMax: 20,
  /** Suspicions counted in one look; the rest wait for the next. */
  suspicionsMax: 200,
} as const;

/** Why something was let go of. */
export type Limited = "processes" | "ranges" | "ranges_of_life" | "lives" | "findings";
