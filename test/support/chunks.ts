/** Chunks, so that a test names only what it is about. */
import type { ChunkCounts, ChunkPlan, Progress } from "../../detector/stream/ports.ts";

/** The plan of a chunk that holds nothing back; its ordinal is its first offset unless given. */
export const planWith = (from: number, next: number, parts: Partial<ChunkPlan> = {}): ChunkPlan => ({
  chunk: from,
  from,
  next,
  control: 0,
  flush: true,
  ...parts,
});

/** The sums of a chunk without anything. */
export const countsWith = (parts: Partial<ChunkCounts> = {}): ChunkCounts => ({
  records: 0,
  spans: 0,
  actions: 0,
  noAction: 0,
  duplicates: 0,
  deadLettered: 0,
  carried: 0,
  held: 0,
  findings: 0,
  ...parts,
});

/** Where a partition stands after a chunk. */
export const progressAfter = ({ chunk, next }: ChunkPlan, parts: Partial<Progress> = {}): Progress => ({
  chunk: chunk + 1,
  next,
  heldFrom: next,
  heldRows: "",
  cutUs: 0,
  judged: 0,
  latestUs: 0,
  ...parts,
});
