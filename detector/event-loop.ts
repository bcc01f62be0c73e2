import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Counters } from "./telemetry.ts";

/** How often the loop is asked whether it is there. */
const resolutionMs = 10;

/**
 * Shows on the metrics for how long the event loop was not there at worst since somebody last looked: for that long
 * nobody was answered. Time in which the machine had given the processor to others counts as well.
 */
export function watchEventLoop(counters: Counters): void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  counters.gauge("answerable_event_loop_delay_max_seconds", () => {
    // What is measured is the time between two questions, the wanted pause among it.
    const seconds = Math.max(delays.max / 1e9 - resolutionMs / 1000, 0);
    delays.reset();
    return seconds;
  });
}
