/** What must have happened in some run, or the simulation shows less than it says. */
export const events = [
  "died",
  "stopped",
  "woke",
  "failed",
  "late effect",
  "rebalance in a batch",
  "joined with a batch under way",
  "sought",
  "fenced",
  "found a longer plan",
  "found a shorter plan",
  "saved what was saved",
  "read a state back",
  "read a source's count back",
  "not admitted",
  "found an action stored",
  "held back",
  "held back across chunks",
  "answered",
  "flushed",
  "flushed before the end",
  "seemed quiet before the end",
] as const;

/** Called when one of them happens. */
export type Seen = (event: (typeof events)[number]) => void;
