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

// What is looked at holds no process open, a request that nobody answers neither.
process.channel?.ref();
// What a library fails of while it is loaded is its own; what it does not say is what is missing in the end.
process.on("uncaughtException", () => undefined);
const folder = process.cwd();
const facts = await look(folder);
// A library that ends the process when it is loaded must not take the rest with it.
tell(facts, false);
tell({ ...facts, libraries: await lookAtLibraries(folder) }, true);
process.disconnect();
