import type { IdentityState } from "../learn/identity-state.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import { type NewIdentities, sourceKey } from "../learn/new-identities.ts";
import type { ActionView } from "./action-view.ts";
import { flood } from "./identity-flood.ts";
import type { Said } from "./report.ts";
import type { Storms } from "./storms.ts";

/** Lets identities in that nothing is known of: of each source and hour as many as the quota says. */
export class Admission {
  /** Counts that changed, by the keys of their sources. */
  readonly changed = new Map<string, NewIdentities>();
  /** Actions of identities that were not admitted. */
  unadmitted = 0;
  readonly #states: IdentityStates;
  readonly #newPerHourMax: number;
  readonly #say: (said: Said) => void;
  readonly #storms: Storms;

  /** @param newPerHourMax The quota; 0 for any number. */
  constructor(states: IdentityStates, newPerHourMax: number, say: (said: Said) => void, storms: Storms) {
    this.#states = states;
    this.#newPerHourMax = newPerHourMax;
    this.#say = say;
    this.#storms = storms;
  }

  /** A new state for the identity that an action is of; undefined when the quota of its source is used up. */
  admit(action: ActionView, key: string): IdentityState | undefined {
    if (this.#newPerHourMax > 0 && !this.#count(action)) {
      this.unadmitted += 1;
      return undefined;
    }
    this.#storms.admitted(action);
    return this.#states.begin(key);
  }

  /** Counts one more new identity of a source, if there may be one; the first time that there may not is told. */
  #count(action: ActionView): boolean {
    const key = sourceKey(action.tenant, action.source);
    const count = this.#states.sources.get(key);
    count.turnTo(action.atMs, action.ordinal);
    const isAdmitted = count.count < this.#newPerHourMax;
    if (!isAdmitted && count.isTold) return false;
    this.changed.set(key, count);
    if (isAdmitted) count.count += 1;
    else {
      count.isTold = true;
      this.#say(flood(action, count, this.#newPerHourMax));
    }
    return isAdmitted;
  }
}
