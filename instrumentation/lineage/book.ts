import { randomKey } from "../random.ts";
import { lineageLimits, type LineageCounts, type LineageLimits } from "./limits.ts";
import { SessionLineage } from "./session.ts";
import { Tools } from "./tools.ts";

const keyBytes = 8;

/**
 * What the sessions of this process have read, as digests under a key that is drawn at the start and never leaves.
 * Holds the sessions used last, within `LineageLimits`.
 *
 * @example
 * const book = new LineageBook();
 * book.session("run-1").prompt("Mail the minutes to ada@example.org");
 * book.session("run-1").originOf("ada@example.org"); // "prompt"
 */
export class LineageBook {
  readonly #tools: Tools;
  /** In order of use, the one used longest ago first. */
  readonly #sessions = new Map<string, SessionLineage>();

  constructor(limits: Partial<LineageLimits> = {}, key: Uint8Array = randomKey(keyBytes)) {
    this.#tools = new Tools({ ...lineageLimits, ...limits }, key);
  }

  /** What the limits cost so far. */
  get counts(): Readonly<LineageCounts> {
    return this.#tools.counts;
  }

  /** The session of this id, new where it is not known or was forgotten. */
  session(id: string): SessionLineage {
    const known = this.#sessions.get(id);
    const session = known ?? new SessionLineage(this.#tools);
    if (known !== undefined) this.#sessions.delete(id);
    this.#sessions.set(id, session);
    this.#makeRoom();
    return session;
  }

  /** The session of this id where something was noted of it and is held; asking counts as use. */
  known(id: string): SessionLineage | undefined {
    return this.#sessions.has(id) ? this.session(id) : undefined;
  }

  /** Forgets a session that has ended. */
  forget(id: string): void {
    this.#sessions.get(id)?.release();
    this.#sessions.delete(id);
  }

  #makeRoom(): void {
    const { limits, counts } = this.#tools;
    for (const id of this.#sessions.keys()) {
      const fits = this.#sessions.size <= limits.sessionsMax && counts.tokensHeld <= limits.tokensMax;
      if (fits || this.#sessions.size === 1) return;
      this.forget(id);
      counts.sessionsForgotten += 1;
    }
  }
}
