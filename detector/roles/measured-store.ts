import type { Clock } from "../clock.ts";
import type { Counters } from "../telemetry.ts";
import type { DeadLetter, DeadLetters, DetectStore } from "../stream/ports.ts";
import type { PartitionMetrics } from "./partition-metrics.ts";

/** One worker's store, measured: how long a chunk takes, and when its position was saved. */
export function measuredStore(
  store: DetectStore,
  partitions: PartitionMetrics,
  counters: Counters,
  clock: Clock,
): DetectStore {
  let begun: { readonly from: number; readonly atMs: number } | undefined;
  return {
    ...store,
    plan(partition, generation, proposal) {
      // A chunk that is planned again after a failure has taken since the first time.
      if (begun?.from !== proposal.from) begun = { from: proposal.from, atMs: clock.nowMs() };
      return store.plan(partition, generation, proposal);
    },
    async save(partition, checkpoint) {
      await store.save(partition, checkpoint);
      if (begun !== undefined)
        counters.observe("answerable_chunk_duration_seconds", (clock.nowMs() - begun.atMs) / 1000);
      begun = undefined;
      partitions.at(partition, checkpoint.plan.next);
      partitions.saved(partition);
    },
  };
}

/** Dead letters that are counted by reason once their chunk is stored, however often they were put before. */
export interface CountedLetters extends DeadLetters {
  countStored(): void;
}

export function countedLetters(letters: DeadLetters, counters: Counters): CountedLetters {
  const put = new Map<string, DeadLetter>();
  return {
    async put(some) {
      await letters.put(some);
      for (const one of some) put.set(`${String(one.offset)}:${String(one.index)}`, one);
    },
    countStored() {
      for (const { reason } of put.values()) counters.count("answerable_dead_letters_total", { reason });
      put.clear();
    },
  };
}
