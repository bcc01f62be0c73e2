import type { Progress } from "../detector/cli/progress.ts";
import type { Config } from "../detector/config/config.ts";

/** What everything of an evaluation is given. */
export interface Around {
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** A line for whoever waits. */
  readonly tell: (line: string) => void;
  /** Results. */
  readonly print: (text: string) => void;
  /** For durations, milliseconds. */
  readonly elapsedMs: () => number;
}
