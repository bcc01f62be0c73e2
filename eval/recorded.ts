/** Where an action of the log comes from in what was recorded; nothing of it reaches a detector. */
export interface Recorded {
  readonly run: string;
  readonly seq: number;
  /** What the file itself says of it beside the action. */
  readonly truth?: Truth;
}

/** Truth that stands on the line of an action; for scoring only. */
export interface Truth {
  readonly label: string;
  readonly technique?: string;
}

/** One OTLP request on its way into the log. */
export interface Request {
  readonly bytes: Uint8Array;
  /** When the log takes it: when the last of its spans ended, milliseconds since 1970. */
  readonly atMs: number;
  /** Its spans by their ordinal; undefined where only the span itself can tell. */
  readonly recorded?: readonly Recorded[];
}

/** A line or request that could not be used. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}
