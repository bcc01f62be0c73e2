import type { Handled, PartitionHandler } from "../ingest/consume.ts";
import type { PartitionWorker } from "../stream/partition-worker.ts";
import type { PartitionId } from "../stream/ports.ts";

export interface DetectHandlerOptions {
  readonly newWorker: (partition: PartitionId) => PartitionWorker;
  /** Waits before failed work is tried again; rejects when trying again is of no use. */
  readonly pause: (attempt: number, error: unknown) => Promise<void>;
}

/** Runs one worker for each partition that a consumer group gives us. */
export function detectHandler({ newWorker, pause }: DetectHandlerOptions): PartitionHandler {
  const workers = new Map<number, PartitionWorker>();

  function workerOf(partition: PartitionId): PartitionWorker {
    const worker = workers.get(partition.partition) ?? newWorker(partition);
    workers.set(partition.partition, worker);
    return worker;
  }

  /** Repeats work on a partition until it succeeds or the partition is lost. */
  async function persistently<T>(work: () => Promise<T>, isLost: () => boolean): Promise<T | undefined> {
    for (let attempt = 1; !isLost(); attempt += 1) {
      try {
        return await work();
      } catch (error) {
        await pause(attempt, error);
      }
    }
    return undefined;
  }

  return {
    // Another worker may have moved these partitions on in between; each is claimed and loaded anew when it is used.
    assigned() {
      for (const worker of workers.values()) worker.release();
      workers.clear();
    },
    position: (partition, isLost) => persistently(() => workerOf(partition).position(), isLost),
    async handle(partition, records, isLost): Promise<Handled> {
      const worker = workerOf(partition);
      const stored = await persistently(() => worker.offer(records), isLost);
      if (stored === undefined) return {};
      if (stored !== "fenced") return { done: stored };
      if (isLost()) return {};
      if (workers.get(partition.partition) === worker) workers.delete(partition.partition);
      const position = await persistently(async () => ({ at: await workerOf(partition).position() }), isLost);
      // Fenced before anybody stored anything: the records dropped with the old worker come again from the log's start.
      return position === undefined ? {} : { seek: position.at ?? 0 };
    },
  };
}
