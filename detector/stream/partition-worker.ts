import type { Finding, Response } from "../../schemas/index.ts";
import type { Attributor } from "../attribute/table.ts";
import type { DecodeLimits } from "../decode/index.ts";
import type { Detector } from "../detect/detector.ts";
import type { Learning } from "../learn/learning.ts";
import type { StateBudget } from "../learn/identity-states.ts";
import type { ChunkLimits } from "./backlog.ts";
import { ChunkLine } from "./chunk-line.ts";
import { inTurn } from "./in-turn.ts";
import type {
  ChunkCounts,
  ChunkPlan,
  ControlFeed,
  DeadLetters,
  DetectStore,
  LogRecord,
  PartitionId,
  Progress,
  Standings,
} from "./ports.ts";

export interface WorkerOptions extends ChunkLimits {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly standings: Standings;
  readonly attributor: Attributor;
  readonly detectors: readonly Detector[];
  readonly limits: DecodeLimits;
  /** What all workers of the process may hold of identities together. */
  readonly stateBudget: StateBudget;
  /** States held ready for use. */
  readonly statesReadyMax: number;
  /** New identities that each source may bring to the partition within an hour; 0 for any number. */
  readonly newPerHourMax: number;
  /** When all is accepted, and from when on nothing is learned; neither unless told. */
  readonly learning?: Learning;
  /** How long an action waits for others of its partition that ended before it, in microseconds; 0 for not at all. */
  readonly windowUs: number;
  /** Told of each chunk once its position is saved. */
  readonly onChunk?: (
    partition: PartitionId,
    plan: ChunkPlan,
    counts: ChunkCounts,
    states: StateSums,
  ) => void;
}

/** What a worker holds of identities after a chunk, and what it did not take in. */
interface StateSums {
  readonly identities: number;
  readonly bytes: number;
  /** Actions of the chunk whose identities were not admitted. */
  readonly unadmitted: number;
  /** What was found in the chunk. */
  readonly findings: readonly Finding[];
  /** What was done about it. */
  readonly responses: readonly Response[];
}

/** One partition's detector: the only one who touches its state. Its calls are answered one after the other. */
export interface PartitionWorker {
  /** Offset of the first record that is needed; undefined on a partition never seen. Claims the partition first. */
  position(): Promise<number | undefined>;
  /**
   * Takes the records that follow, in order, and stores all that make up chunks. Records that are stored are passed
   * over. Resolves with the offset up to which everything is stored, or "fenced" when somebody else owns the partition.
   */
  offer(records: readonly LogRecord[]): Promise<Offered>;
  /**
   * Stores what is held back: nothing came for so long that nothing will come before it. Fenced, it holds on to the
   * records, to be called again; the next records are answered with "fenced".
   */
  flush(): Promise<Offered>;
  /** Whether actions are held back. */
  isHolding(): boolean;
  /** Lets go of all it holds: the partition is no longer ours. */
  release(): void;
}

/** Offset up to which everything is stored; "fenced" when somebody else owns the partition. */
export type Offered = number | "fenced" | undefined;

export function partitionWorker(partition: PartitionId, options: WorkerOptions): PartitionWorker {
  const line = new ChunkLine(partition, options);
  const { backlog } = line;
  const turn = inTurn();
  // Where the partition stood when a flush was fenced. The records are kept: while it is quiet nobody hands them over again.
  let suspended: Progress | undefined;

  function lose(): void {
    line.disown();
    backlog.clear();
    suspended = undefined;
  }

  async function takeIn(records: readonly LogRecord[]): Promise<Offered> {
    if (suspended === undefined) {
      backlog.take(records, await line.claim());
      const stored = await line.work(options.windowUs === 0);
      if (stored !== "fenced") return stored;
    }
    lose();
    return "fenced";
  }

  async function flush(): Promise<Offered> {
    if (suspended !== undefined && !(await resume())) return "fenced";
    suspended = undefined;
    const before = line.progress;
    const stored = await line.work(true);
    if (stored === "fenced") suspended = before;
    return stored;
  }

  /**
   * A claim of our own that took effect late fences us, and then nobody else stores what is held back: we go on from where
   * the store stands. Unless somebody has read on there: then the next record would follow a gap, and whoever hands it
   * over is told to begin where the store stands.
   */
  async function resume(): Promise<boolean> {
    const progress = await line.claim();
    backlog.resume(progress);
    if (backlog.last + 1 >= (progress?.next ?? 0)) return true;
    line.disown();
    backlog.clear();
    return false;
  }

  return {
    position: () => turn(async () => (await line.claim())?.heldFrom),
    offer: (records) => turn(() => takeIn(records)),
    flush: () => turn(flush),
    isHolding: () => backlog.isHolding(line.progress ?? suspended),
    release: lose,
  };
}
