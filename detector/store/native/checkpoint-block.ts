import type { Checkpoint, PartitionId, SavedState } from "../../stream/ports.ts";
import { NativeBlock } from "./native-block.ts";

interface Row {
  readonly kind: "position" | "chunk" | "state";
  readonly key: string;
  readonly payload: Buffer;
  readonly state: SavedState | undefined;
}

/** Position, sums and changed states of a chunk as one block for the table `checkpoints`: all of it or nothing is there. */
export function checkpointBlock({ topic, partition }: PartitionId, checkpoint: Checkpoint): Buffer {
  const { plan, generation, counts, progress, states } = checkpoint;
  const payload = Buffer.from(JSON.stringify({ from: plan.from, flush: plan.flush, ...counts, progress }));
  const all: Row[] = [
    { kind: "position", key: "", payload, state: undefined },
    { kind: "chunk", key: String(plan.chunk), payload, state: undefined },
  ];
  for (const [key, state] of states) all.push({ kind: "state", key, payload: state.packed, state });
  const block = new NativeBlock(Int32Array.from(all.keys()));
  block.texts("topic", () => topic);
  block.ints("partition", () => partition);
  block.texts("kind", (row) => all[row]!.kind);
  block.texts("key", (row) => all[row]!.key);
  block.longs("version", "Int64", () => plan.chunk);
  block.longs("generation", "UInt64", () => generation);
  block.bytes("payload", (row) => all[row]!.payload);
  block.longs("actions", "UInt64", (row) => all[row]!.state?.actions ?? 0);
  block.longs("active_days", "UInt64", (row) => all[row]!.state?.activeDays ?? 0);
  block.longs("sessions", "UInt64", (row) => all[row]!.state?.sessions ?? 0);
  return block.finish();
}
