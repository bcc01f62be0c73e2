import type { PartitionWorker } from "../stream/partition-worker.ts";
import type { PartitionId } from "../stream/ports.ts";
import type { Gap, Handled, PartitionHandler, Reading } from "../stream/record-source.ts";
import { persistently as repeat } from "./patience.ts";

export interface DetectHandlerOptions {
  readonly newWorker: (partition: PartitionId) => PartitionWorker;
  /** Keeps what the log let go of before it was stored; may be repeated. */
  readonly keepLoss: (partition: PartitionId, gap: Gap) => Promise<void>;
  /** For durations: nobody sets it back. */
  readonly elapsedMs: () => number;
  /** After how long without a record what is held back is stored. */
  readonly idleMs: number;
  /** Waits before failed work is tried again; rejects when trying again is of no use. */
  readonly pause: (attempt: number, error: unknown) => Promise<void>;
}

export interface DetectHandler extends PartitionHandler {
  /**
   * Stores what is held back in partitions that have gone quiet: nothing came for a while, and nothing waits in the log
   * either, as it may after a long pause. To be called now and then.
   */
  tick(readToEnd: Reading["readToEnd"]): Promise<void>;
}

/** Runs one worker for each partition that a consumer group gives us. */
export function detectHandler(options: DetectHandlerOptions): DetectHandler {
  const { newWorker, keepLoss, pause, elapsedMs, idleMs } = options;
  const workers = new Map<number, PartitionWorker>();
  /** When each partition last brought records. */
  const broughtAtMs = new Map<number, number>();

  function workerOf(partition: PartitionId): PartitionWorker {
    const worker = workers.get(partition.partition) ?? newWorker(partition);
    workers.set(partition.partition, worker);
    return worker;
  }

  const persistently = <T>(work: () => Promise<T>, isLost: () => boolean): Promise<T | undefined> =>
    repeat(work, isLost, pause);

  const quiet = (): readonly (readonly [number, PartitionWorker])[] =>
    [...workers].filter(
      ([partition, worker]) =>
        worker.isHolding() && elapsedMs() - (broughtAtMs.get(partition) ?? 0) >= idleMs,
    );

  return {
    // Another worker may have moved these partitions on in between; each is claimed and loaded anew when it is used.
    assigned() {
      for (const worker of workers.values()) worker.release();
      workers.clear();
    },
    position: (partition, isLost) => persistently(() => workerOf(partition).position(), isLost),
    async tick(readToEnd) {
      if (quiet().length === 0) return;
      const read = await readToEnd();
      // Those that brought records meanwhile are not quiet any more.
      const silent = quiet().filter(([partition]) => read.has(partition));
      await Promise.all(
        silent.map(([partition, worker]) =>
          // Fenced, it tries once more at the next tick, and says so to whoever brings the next record.
          persistently(
            () => worker.flush(),
            () => workers.get(partition) !== worker,
          ),
        ),
      );
    },
    async overrun(partition, gap, isLost) {
      await persistently(() => keepLoss(partition, gap), isLost);
    },
    async handle(partition, records, isLost): Promise<Handled> {
      const worker = workerOf(partition);
      // Not quiet while it is worked on, however long that takes.
      broughtAtMs.set(partition.partition, Number.POSITIVE_INFINITY);
      const stored = await persistently(() => worker.offer(records), isLost).finally(() =>
        broughtAtMs.set(partition.partition, elapsedMs()),
      );
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
