import type { ChunkCounts, Checkpoint } from "../../detector/stream/ports.ts";
import { countsWith } from "../support/chunks.ts";

/** The sums of a partition as its checkpoints tell them. */
export interface Ledger {
  /** Takes a checkpoint that took effect; throws when its offsets were counted before and otherwise. */
  enter(checkpoint: Checkpoint): void;
  sums(): ChunkCounts;
}

export function ledgerOf(): Ledger {
  const chunks = new Map<number, { readonly said: string; readonly counts: ChunkCounts }>();
  return {
    enter({ plan, counts }) {
      const said = JSON.stringify({ next: plan.next, counts });
      const before = chunks.get(plan.chunk)?.said;
      if (before !== undefined && before !== said)
        throw new Error(`chunk ${String(plan.chunk)} was stored as ${before} and again as ${said}`);
      chunks.set(plan.chunk, { said, counts });
    },
    sums: () => [...chunks.values()].map(({ counts }) => counts).reduce(plus, countsWith()),
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
    // What one chunk holds back is counted by the next.
    carried: one.carried,
    held: other.held,
    findings: one.findings + other.findings,
  };
}
