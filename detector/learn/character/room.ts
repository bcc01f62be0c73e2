import { type Evidence, gate } from "../evidence.ts";
import { routinesMax } from "./routines.ts";
import type { TrailRoom } from "./trail.ts";

/** Nothing is remembered of who did less: identities that somebody makes up by the thousand take no room here. */
const actionsMin = 20;

/** How much may be remembered of an identity's character. */
export interface Room extends TrailRoom {
  readonly uses: number;
  readonly classes: number;
  readonly operations: number;
  readonly routines: number;
}

/** Of an identity whose gate is open. */
const whole: Room = {
  uses: 768,
  classes: 192,
  operations: 64,
  routines: routinesMax,
  values: 64,
  families: 32,
};
/** As much as an identity under the gate may fill, by how much it did. */
const growing: readonly Room[] = Array.from({ length: gate.actions - actionsMin + 1 }, (_, more) => ({
  uses: 4 + Math.floor(1.75 * more),
  classes: 2 + Math.floor(more / 5),
  operations: 4 + Math.floor(more / 8),
  routines: 1 + Math.floor(more / 4),
  values: 4,
  families: 2,
}));

/** The room for an identity of whom so much is known; undefined of one that did too little. It grows with what it does. */
export function roomOf({ actions, gateOpen }: Evidence): Room | undefined {
  return gateOpen ? whole : growing[Math.min(actions, gate.actions) - actionsMin];
}
