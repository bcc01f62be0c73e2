import type { DetectStore, LoadedState, Ownership, PartitionId } from "../../detector/stream/ports.ts";

/** A partition that was taken over, with the states that were handed on, in their order. */
export interface Claimed extends Ownership {
  readonly states: ReadonlyMap<string, LoadedState>;
}

export async function claimed(
  store: DetectStore,
  partition: PartitionId,
  statesMax = 1000,
): Promise<Claimed> {
  const states = new Map<string, LoadedState>();
  const owned = await store.claim(partition, statesMax, (key, { packed, ...sums }) => {
    states.set(key, { ...sums, packed: Buffer.from(packed) });
  });
  return { ...owned, states };
}
