import type { Clock } from "./clock.ts";

type LogLevel = "info" | "warn" | "error";

/** Says one thing that happened. Never throws; never given a secret or the content of a span. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, string | number>>,
) => void;

export interface LogOptions {
  /** Takes one line with its line break, for example `process.stderr.write`. */
  readonly write: (line: string) => unknown;
  /** Whether a person reads along; otherwise each line is one JSON object. */
  readonly isTty: boolean;
  readonly clock: Clock;
}

/** A log that writes a line an event: for people on a terminal, JSON anywhere else. */
export function createLog({ write, isTty, clock }: LogOptions): Log {
  return (level, message, fields = {}) => {
    try {
      const at = new Date(clock.nowMs()).toISOString();
      write(
        `${isTty ? human(at, level, message, fields) : JSON.stringify({ ...fields, at, level, message })}\n`,
      );
    } catch {
      // A full disk or a closed pipe under the log must not stop the service it tells about.
    }
  };
}

function human(
  at: string,
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, string | number>>,
): string {
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === "number" ? value : JSON.stringify(value)}`,
  );
  return printable(`${at.slice(11, 19)} ${level === "info" ? "" : `${level}: `}${message}${rest.join("")}`);
}

/** Text that came from outside must not move the reader's cursor or make up lines of its own. */
function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\u{fffd}");
}
