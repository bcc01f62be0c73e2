import type { Followed, FollowedProcess } from "./followed.ts";
import { limits } from "./limits.ts";
import { type Look, type Patience, type Raised, suspect } from "./suspect.ts";

/** What one process is suspected of. */
export interface Suspected extends Raised {
  readonly process: FollowedProcess;
}

/** Looks at the processes in turn. */
export class Rounds {
  #turn = 0;

  /** Suspicions of as many processes as can be counted in one look; the others are looked at next time. */
  look(followed: Followed, look: Look, patience: Patience): readonly Suspected[] {
    const all: Suspected[] = [];
    const processes = [...followed];
    for (let step = 0; step < processes.length && all.length < limits.suspicionsMax; step += 1) {
      // Where the last look ended this one goes on, or some would never have their turn.
      const process = processes[this.#turn++ % processes.length]!;
      for (const raised of suspect(process, look, patience)) all.push({ ...raised, process });
    }
    return all;
  }
}
