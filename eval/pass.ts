import type { Config } from "../detector/config/config.ts";
import type { Detector } from "../detector/detect/detector.ts";
import { switchedOff } from "../detector/detect/switched-off.ts";
import type { Learning } from "../detector/learn/learning.ts";
import { shippedAttributor } from "../detector/roles/package-files.ts";
import { judgingOf } from "../detector/roles/worker.ts";
import { partitionWorker, type WorkerOptions } from "../detector/stream/partition-worker.ts";
import { PolicyBook } from "../policy/book.ts";
import type { RecordedLog } from "./log.ts";
import { type Audience, passStore } from "./pass-store.ts";

export interface PassOptions {
  readonly config: Config;
  readonly learning: Learning;
  /** Detectors that say nothing in this pass. */
  readonly off?: readonly string[];
  /** Looks at detectors while they are asked; what they say stays the same. */
  readonly watch?: (detectors: readonly Detector[]) => readonly Detector[];
  readonly signal?: AbortSignal;
  /** Told how many records are done. */
  readonly onProgress?: (done: number) => void;
  /** What a worker is told otherwise than the settings say. */
  readonly changes?: Partial<WorkerOptions>;
  /** How many records are offered at once; the loop comes up for air in between. */
  readonly sliceRecords?: number;
}

/** Runs a log through a worker as every role runs it, over a store in memory. */
export async function pass(log: RecordedLog, audience: Audience, options: PassOptions): Promise<void> {
  const { config, learning, off = [], watch, signal, onProgress, changes, sliceRecords = 2_000 } = options;
  const store = passStore(audience);
  const judging = judgingOf(config);
  const book = new PolicyBook();
  const detectors = switchedOff(judging.detectors, off);
  const worker = partitionWorker(
    { topic: config.kafka.topics.spans, partition: 0 },
    {
      ...judging,
      detectors: watch?.(detectors) ?? detectors,
      store,
      deadLetters: store,
      standings: store,
      control: { head: async () => 0, book: async () => book },
      attributor: shippedAttributor(),
      stateBudget: { bytesMax: config.state.bytesMax, bytes: 0 },
      windowUs: config.chunk.windowMs * 1000,
      learning,
      ...changes,
    },
  );
  const { records } = log;
  for (let from = 0; from < records.length; from += sliceRecords) {
    signal?.throwIfAborted();
    await worker.offer(records.slice(from, from + sliceRecords));
    onProgress?.(Math.min(from + sliceRecords, records.length));
    await breath();
  }
  await worker.flush();
  worker.release();
}

/** Lets signals be heard. */
const breath = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
