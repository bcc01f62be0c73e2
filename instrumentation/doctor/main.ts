/**
 * What `answerable doctor` runs in the app's folder, as a process of its own with `answerable/register` loaded before it.
 * Tells its parent, over the channel between them, what it found; the app's libraries may print what they like.
 */
import type { Facts } from "./facts.ts";
import { look, lookAtLibraries } from "./look.ts";
import { reportOf } from "./report.ts";

function tell(facts: Facts, isWhole: boolean): void {
  process.send?.({ isWhole, checks: reportOf(facts), facts });
}

const folder = process.cwd();
const facts = await look(folder);
// A library that ends the process when it is loaded must not take the rest with it.
tell(facts, false);
tell({ ...facts, libraries: await lookAtLibraries(folder) }, true);
process.disconnect();
