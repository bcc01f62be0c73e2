/**
 * One of the two in a process of its own, as what the other has compiled and collected must not count against it; it runs a round
 * for each number of calls that it is told: `subject.js WHO PATH RULES`.
 */
import { type Percentiles, timerCost } from "../percentiles.ts";

export interface Contender {
  /** How many of the calls it allowed. */
  allowed(): number | Promise<number>;
  round(calls: number): Promise<Percentiles>;
}

/** What is told first. */
export interface Ready {
  readonly allowed: number;
  readonly timer: Percentiles;
}

const [who = "", path = "", count = ""] = process.argv.slice(2);
const module = who === "ours" ? await import("./ours.ts") : await import("./toolkit.ts");
const contender = await (path === "full" ? module.full : module.decision)(Number(count));
process.on("message", (calls: number) => {
  void contender.round(calls).then((took) => process.send?.(took));
});
process.on("disconnect", () => process.exit());
process.send?.({ allowed: await contender.allowed(), timer: timerCost() } satisfies Ready);
