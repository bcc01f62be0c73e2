/** How much is known of an identity: what a statistical word about it may rest on. */
export interface Evidence {
  /** Actions learned from. */
  readonly actions: number;
  /** Different UTC days with an action, counted up to `daysMax`. */
  readonly days: readonly number[];
  /** Fingerprints of different sessions, up to `sessionsMax`. */
  readonly sessions: readonly string[];
}

export const noEvidence: Evidence = { actions: 0, days: [], sessions: [] };

/** Beyond these the gate has long been passed and counting on would only cost memory. */
export const daysMax = 32;
const sessionsMax = 8;

const usPerDay = 86_400_000_000;

/** Adds one action to the evidence. */
export function gather(evidence: Evidence, startedAtUs: number, session: string): Evidence {
  const day = Math.floor(startedAtUs / usPerDay);
  return {
    actions: evidence.actions + 1,
    days: withNew(evidence.days, day, daysMax),
    sessions: withNew(evidence.sessions, session, sessionsMax),
  };
}

/**
 * No statistical finding before this: less than 200 actions on 7 days in 3 sessions is not yet a habit. Authority needs
 * no gate.
 */
export const gate = { actions: 200, days: 7, sessions: 3 } as const;

export function gateOpen(evidence: Evidence): boolean {
  return (
    evidence.actions >= gate.actions &&
    evidence.days.length >= gate.days &&
    evidence.sessions.length >= gate.sessions
  );
}

function withNew<T>(seen: readonly T[], value: T, max: number): readonly T[] {
  return seen.length >= max || seen.includes(value) ? seen : [...seen, value];
}
