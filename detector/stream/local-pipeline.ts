import type { PartitionWorker } from "./partition-worker.ts";
import type { LogRecord, OutgoingRecord } from "./ports.ts";

/** The span log of this machine: one partition, one writer. */
interface LocalLog {
  append(records: readonly OutgoingRecord[], atMs: number): Promise<readonly LogRecord[]>;
  read(offset: number): AsyncIterable<readonly LogRecord[]>;
}

export interface LocalPipelineOptions {
  readonly log: LocalLog;
  readonly worker: PartitionWorker;
  readonly nowMs: () => number;
  /** For durations: nobody sets it back. */
  readonly elapsedMs: () => number;
  /** Bytes that may wait; beyond, appending is refused until the store has caught up. */
  readonly queueBytesMax: number;
  /** Waits before work that failed is tried again; rejects when the pipeline is to stop. */
  readonly pause: (attempt: number, error: unknown) => Promise<void>;
}

/** Takes records in and resolves once they are stored, with everything that was detected in them. */
export interface LocalPipeline {
  /** False when too much is waiting already: nothing was taken. */
  append(records: readonly OutgoingRecord[]): Promise<boolean>;
  /** Bytes waiting to be stored. */
  waitingBytes(): number;
  /** For how long the store has given no answer while one was waited for, milliseconds. */
  stalledMs(): number;
  /** Finishes what was taken in, then ends. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly done: (stored: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Records are appended and judged in slices of this size: the loop that answers senders is the one that judges, and has
 * to come up for air.
 */
const sliceBytesMax = 256 * 1024;

/**
 * Receiver and detector in one process, with a log between them all the same: what is taken in is appended first and
 * judged from the log, so that a crash at any point is answered by reading on. What waits is appended together.
 *
 * The caller gets the pipeline when everything that an earlier run left in the log has been stored.
 */
export async function localPipeline(options: LocalPipelineOptions): Promise<LocalPipeline> {
  const { log, worker, nowMs, elapsedMs, queueBytesMax } = options;
  const waiting: Waiting[] = [];
  let bytes = 0;
  let stopped = false;
  let running: Promise<void> | undefined;
  let askedAtMs: number | undefined;

  for await (const page of log.read((await worker.position()) ?? 0)) await offered(worker, page, options);

  async function answered<T>(answer: Promise<T>): Promise<T> {
    askedAtMs = elapsedMs();
    try {
      return await answer;
    } finally {
      askedAtMs = undefined;
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting.splice(0, fitting(waiting));
      try {
        for (const records of slicesOf(taken.flatMap((one) => one.records))) {
          const placed = await answered(persistently(() => log.append(records, nowMs()), options));
          await answered(offered(worker, placed, options));
        }
        for (const one of taken) one.done(true);
      } catch (error) {
        for (const one of taken) one.failed(error);
      } finally {
        for (const one of taken) bytes -= one.bytes;
      }
    }
  }

  return {
    append: (records) =>
      new Promise((done, failed) => {
        const size = records.reduce((total, record) => total + record.value.byteLength, 0);
        if (stopped || (bytes > 0 && bytes + size > queueBytesMax)) {
          done(false);
          return;
        }
        bytes += size;
        waiting.push({ records, bytes: size, done, failed });
        running ??= drain().finally(() => {
          running = undefined;
        });
      }),
    waitingBytes: () => bytes,
    stalledMs: () => (askedAtMs === undefined ? 0 : elapsedMs() - askedAtMs),
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** How many of those that wait go together: as many as fit into a slice, at least one. */
function fitting(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const over = waiting.findIndex((one) => (bytes += one.bytes) > sliceBytesMax);
  return over === -1 ? waiting.length : Math.max(over, 1);
}

function slicesOf(records: readonly OutgoingRecord[]): readonly (readonly OutgoingRecord[])[] {
  const slices: OutgoingRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    bytes += record.value.byteLength;
    if (bytes > sliceBytesMax) {
      slices.push([]);
      bytes = record.value.byteLength;
    }
    slices.at(-1)?.push(record);
  }
  return slices;
}

async function offered(
  worker: PartitionWorker,
  records: readonly LogRecord[],
  options: LocalPipelineOptions,
): Promise<void> {
  const stored = await persistently(() => worker.offer(records), options);
  if (stored === "fenced") throw new Error("another process has taken this installation's log over");
}

/** Repeats the same work until it succeeds: what was once given a place in the log must end up there. */
async function persistently<T>(work: () => Promise<T>, { pause }: LocalPipelineOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      await pause(attempt, error);
    }
  }
}
