import type { Role } from "../test/support/roles.ts";
import type { World } from "./world.ts";
import type { Proof } from "./proof.ts";

/** What the command line sets. */
export interface Settings {
  /** How often the detector, or the collector, is killed. */
  readonly kills: number;
  /** How long ClickHouse, or the broker under a collector, stays away. */
  readonly seconds: number;
  /** Spans that are sent each second while a scenario lasts. */
  readonly rate: number;
  /** What every draw is made of. */
  readonly seed: number;
}

/** What a scenario is run with. */
export interface Soak {
  readonly world: World;
  readonly settings: Settings;
  /** Numbers from 0 to 1, the same for the same seed. */
  readonly draw: () => number;
  /** Tells what goes on. */
  readonly say: (line: string) => void;
  /** All that were started; what they said is told when the scenario fails. */
  readonly roles: Role[];
  /** Aborted when the scenario is over, however it ended. */
  readonly over: AbortSignal;
}

/** One kind of fault, done to a whole installation under load until it is over; the proof is drawn after it. */
export interface Scenario {
  readonly name: string;
  /** A line for `--help`. */
  readonly about: string;
  /** @throws Error with what went wrong. */
  readonly run: (soak: Soak) => Promise<Proof>;
}
