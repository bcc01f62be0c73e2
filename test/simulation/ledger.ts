import type { ChunkCounts, Checkpoint } from "../../detector/stream/ports.ts";

/** The sums of a partition as its checkpoints tell them. */
export interface Ledger {
  /** Takes a checkpoint that took effect; throws when its offsets were counted before and otherwise. */
  enter(checkpoint: Checkpoint): void;
  sums(): ChunkCounts;
}

const nothing: ChunkCounts = {
  records: 0,
  spans: 0,
  actions: 0,
  noAction: 0,
  duplicates: 0,
  deadLettered: 0,
  findings: 0,
};

export function ledgerOf(): Ledger {
  const chunks = new Map<number, { readonly said: string; readonly counts: ChunkCounts }>();
  return {
    enter({ plan, counts }) {
      const said = JSON.stringify({ next: plan.next, counts });
      const before = chunks.get(plan.from)?.said;
      if (before !== undefined && before !== said)
        throw new Error(`the chunk at ${String(plan.from)} was stored as ${before} and again as ${said}`);
      chunks.set(plan.from, { said, counts });
    },
    sums: () => [...chunks.values()].map(({ counts }) => counts).reduce(plus, nothing),
  };
}

function plus(one: ChunkCounts, other: ChunkCounts): ChunkCounts {
  return {
    records: one.records + other.records,
    spans: one.spans + other.spans,
    actions: one.actions + other.actions,
    noAction: one.noAction + other.noAction,
    duplicates: one.duplicates + other.duplicates,
    deadLettered: one.deadLettered + other.deadLettered,
    findings: one.findings + other.findings,
  };
}
