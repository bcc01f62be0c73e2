import type { Clock } from "../clock.ts";
import type { Counters } from "../telemetry.ts";
import type { DeadLetter, DeadLetters, DetectStore } from "../stream/ports.ts";
import type { PartitionMetrics } from "./partition-metrics.ts";

/** One worker's store, measured: how long a chunk takes, when its position was saved, how large the state is. */
export function measuredStore(
  store: DetectStore,
  partitions: PartitionMetrics,
  counters: Counters,
  clock: Clock,
): DetectStore {
  const bytesOf = new Map<string, number>();
  let bytes = 0;
  let begun: { readonly from: number; readonly atMs: number } | undefined;
  const hold = (states: ReadonlyMap<string, string>): void => {
    for (const [key, state] of states) {
      bytes += state.length - (bytesOf.get(key) ?? 0);
      bytesOf.set(key, state.length);
    }
  };
  return {
    async claim(partition) {
      const ownership = await store.claim(partition);
      bytesOf.clear();
      bytes = 0;
      hold(ownership.states);
      partitions.reportState(partition, { identities: bytesOf.size, bytes });
      return ownership;
    },
    plan(partition, generation, proposal) {
      // A chunk that is planned again after a failure has taken since the first time.
      if (begun?.from !== proposal.from) begun = { from: proposal.from, atMs: clock.nowMs() };
      return store.plan(partition, generation, proposal);
    },
    write: (partition, plan, rows) => store.write(partition, plan, rows),
    async save(partition, checkpoint) {
      await store.save(partition, checkpoint);
      if (begun !== undefined)
        counters.observe("answerable_chunk_duration_seconds", (clock.nowMs() - begun.atMs) / 1000);
      begun = undefined;
      hold(checkpoint.states);
      partitions.at(partition, checkpoint.plan.next);
      partitions.saved(partition);
      partitions.reportState(partition, { identities: bytesOf.size, bytes });
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
