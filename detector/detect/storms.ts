import { fingerprintOf } from "../learn/fingerprint.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import type { Finding } from "../../schemas/index.ts";
import { type RuleHour, type StormCounts, stormKey } from "../learn/storm-counts.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, isOfHabit } from "./detector.ts";
import { storm } from "./detector-storm.ts";
import type { Said } from "./report.ts";

/** More findings of a rule within an hour are a storm; of one identity a few count. */
const findingsMax = 50;
/** So are findings about more than this share of a tenant's identities, where it has enough of them to tell. */
const shareMax = 0.02;
const identitiesMin = 1000;

const usPerHour = 3_600_000_000;

/** What is looked at of a detector. */
type Speaking = Pick<Detector, "id" | "family">;

/**
 * Keeps detectors quiet that say too much. What rests on habit may be wrong about many at once, as after a deployment: then what
 * it says is noted for the rest of the hour, and nobody is called, but once to be told of that. Hours are of event time, so that a
 * recording is judged as when it happened, and each tenant has its own. What people decided is never kept quiet.
 */
export class Storms {
  /** Counts that changed, by their keys. */
  readonly changed = new Map<string, StormCounts>();
  readonly #states: IdentityStates;
  readonly #say: (said: Said) => void;

  constructor(states: IdentityStates, say: (said: Said) => void) {
    this.#states = states;
    this.#say = say;
  }

  /** Counts an identity that was admitted. */
  admitted(action: ActionView): void {
    this.#changing(action.tenant).identities += 1;
  }

  /** What keeps a detector quiet at an instant of event time; undefined of what may speak. */
  hiding(detector: Speaking, tenant: string, atUs: number): string | undefined {
    if (!isOfHabit(detector)) return undefined;
    const hour = this.#states.storms.get(stormKey(tenant)).find(detector.id, hourOf(atUs));
    return hour?.isStorm === true ? `storm ${sinceText(hour)}` : undefined;
  }

  /** Counts a finding that was said. The one that is too many is told of, and the next ones are kept quiet. */
  count(detector: Speaking, action: ActionView, { hidden, severity, atUs }: Finding): void {
    if (!isOfHabit(detector) || hidden !== undefined || severity === "info") return;
    const counts = this.#states.storms.get(stormKey(action.tenant));
    const hour = counts.get(detector.id, hourOf(atUs));
    if (hour === undefined || hour.isStorm) return;
    this.#changing(action.tenant);
    hour.count(fingerprintOf(action.identityId));
    const isWide = counts.identities >= identitiesMin && hour.identities > counts.identities * shareMax;
    if (hour.findings <= findingsMax && !isWide) return;
    this.#say(storm(action, hour, { since: sinceText(hour), known: counts.identities, atUs }));
    hour.end();
  }

  #changing(tenant: string): StormCounts {
    const key = stormKey(tenant);
    const counts = this.#states.storms.get(key);
    this.changed.set(key, counts);
    return counts;
  }
}

/** The log's time may be anything, where a sender's isn't believed; what the runtime takes for no instant is taken as the last. */
const lastUs = 8.64e18;

const hourOf = (atUs: number): number => Math.floor(Math.min(Math.max(atUs, 0), lastUs) / usPerHour);

const sinceText = ({ hour }: RuleHour): string =>
  new Date(hour * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
