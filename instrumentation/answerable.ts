import {
  credential,
  delegate,
  exec,
  permissionChange,
  reference,
  resourceAccess,
  secretRead,
} from "./action/doors.ts";
import { record } from "./action/record.ts";
import { tool } from "./action/tool.ts";
import { prompt, system, toolOutput } from "./action/traced-values.ts";
import type { Drops } from "./emit/queue.ts";
import { guard } from "./guard/ask.ts";
import type { GuardStats } from "./guard/guard.ts";
import { extract, inject } from "./scope/carry.ts";
import { runAs } from "./scope/run-as.ts";
import { readToken } from "./scope/token-now.ts";
import type { StartOptions } from "./settings.ts";
import { startRuntime } from "./start.ts";

/** How it goes, in numbers since the process started. */
export interface Stats {
  /** Spans handed over; those sent, refused and dropped are among them, the rest waits. */
  readonly taken: number;
  readonly sent: number;
  /** What the receiver will never take. */
  readonly refused: number;
  /** What was dropped for want of room, by risk. */
  readonly dropped: Drops;
  readonly waiting: number;
  /** What went wrong with the receiver last, in a sentence. */
  readonly trouble: string | undefined;
  /** Undefined where the guard is off. */
  readonly guard: GuardStats | undefined;
}

const doors = {
  record,
  guard,
  tool,
  secretRead,
  resourceAccess,
  permissionChange,
  exec,
  credential,
  reference,
  delegate,
  runAs,
  readToken,
  inject,
  extract,
  prompt,
  system,
  toolOutput,
} as const;

/** All that a host calls, and how it goes. Every function is also exported by itself. */
export interface Answerable extends Readonly<typeof doors> {
  /** Sends what waits; resolves when that is done or failed. */
  flush(): Promise<void>;
  /** Sends what waits, for `limits.exitMs` at most, and lets go of the host. */
  stop(): Promise<void>;
  stats(): Stats;
}

/**
 * Makes the actions of this process answerable: joins the OpenTelemetry SDK that is there, or that comes later, and sends
 * what it sees to a receiver. Calling it again gives what runs already. Never throws, and holds the process open for no
 * longer than `limits.exitMs` at its end.
 *
 * @example
 * const answerable = start({ identity: { id: "agent:triage", kind: "ai_agent", owner: "team:support" } });
 */
export function start(options: StartOptions = {}): Answerable {
  const runtime = startRuntime(options);
  return {
    ...doors,
    flush: async () => runtime?.flush(),
    stop: async () => runtime?.stop(),
    stats: () => ({
      taken: runtime?.queue.taken ?? 0,
      sent: runtime?.counts().sent ?? 0,
      refused: runtime?.counts().refused ?? 0,
      dropped: runtime?.queue.dropped ?? { low: 0, high: 0 },
      waiting: runtime?.queue.waiting ?? 0,
      trouble: runtime?.sink.trouble,
      guard: runtime?.guard?.stats(),
    }),
  };
}
