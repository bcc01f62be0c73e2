/**
 * Goal: whatever ends where, whoever else still writes, however often something is delivered, nothing is lost, nothing is
 * double, and the store holds the same bytes as after an undisturbed run.
 * Method: the real handlers and workers of two or three processes read simulated logs as members of a simulated consumer
 * group, into a store in memory; a third of the seeds each with a window of 0, 1 and 2 s, in which the order of arrival differs
 * from that of events or doesn't. One seed is one execution: turns, batches, rebalances, faults. Each seed is run once for
 * every awaited call, which is the last one of a process, or fails, or takes effect long after somebody gave it up.
 * `ANSWERABLE_TEST_SIM_SEED=1234 npm test -- simulation` runs one seed, `ANSWERABLE_TEST_SIM_RUNS=100000` that many.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type events, events as allEvents } from "./seen.ts";
import { simulate } from "./simulate.ts";

const one = process.env["ANSWERABLE_TEST_SIM_SEED"];
const seeds = one === undefined ? Number(process.env["ANSWERABLE_TEST_SIM_RUNS"] ?? 100) : 1;
const firstSeed = Number(one ?? fc.readConfigureGlobal().seed ?? Date.now() % 1_000_000_000);

test(
  "a process that ends at any awaited call, and any trouble beside, leaves the store of an undisturbed run",
  async () => {
    const counts = new Map<(typeof events)[number], number>();
    let runs = 0;
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1)
      runs += await simulate(seed, (event) => counts.set(event, (counts.get(event) ?? 0) + 1));
    expect(runs).toBeGreaterThan(seeds * 10);
    // A few seeds need not meet everything.
    const missing = seeds < 100 ? [] : allEvents.filter((event) => !counts.has(event));
    expect(missing).toEqual([]);
  },
  60_000 + seeds * 2000,
);
