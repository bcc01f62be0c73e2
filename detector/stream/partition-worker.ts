import type { Attributor } from "../attribute/table.ts";
import type { DecodeLimits } from "../decode/index.ts";
import type { Detector } from "../detect/detector.ts";
import { RecentActions } from "../detect/recent-actions.ts";
import { IdentityStates, type StateBudget } from "../learn/identity-states.ts";
import { Backlog, type ChunkLimits } from "./backlog.ts";
import { ChunkReader } from "./chunk.ts";
import { inTurn } from "./in-turn.ts";
import { judge, type JudgedChunk } from "./judge.ts";
import { outboxAlert } from "./outbox-alert.ts";
import type {
  ChunkCounts,
  ChunkPlan,
  ControlFeed,
  DeadLetters,
  DetectStore,
  LogRecord,
  PartitionId,
  Progress,
} from "./ports.ts";

export interface WorkerOptions extends ChunkLimits {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly attributor: Attributor;
  readonly detectors: readonly Detector[];
  readonly limits: DecodeLimits;
  /** What all workers of the process may hold of identities together. */
  readonly stateBudget: StateBudget;
  /** States held ready for use. */
  readonly statesReadyMax: number;
  /** How long an action waits for others of its partition that ended before it, in microseconds; 0 for not at all. */
  readonly windowUs: number;
  /** Told of each chunk once its position is saved. */
  readonly onChunk?: (partition: PartitionId, plan: ChunkPlan, counts: ChunkCounts, held: HeldStates) => void;
}

/** What a worker holds of identities. */
interface HeldStates {
  readonly identities: number;
  readonly bytes: number;
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

type Offered = number | "fenced" | undefined;

/** What a worker knows of the partition it owns. */
interface Owned {
  readonly generation: number;
  progress: Progress | undefined;
  readonly states: IdentityStates;
  readonly recent: RecentActions;
}

/** A state with its key is seldom smaller: so many are read at most when a partition is taken over. */
const stateBytesMin = 256;
/** States that are read before it is looked whether they fit. */
const loadedAtOnce = 10_000;

/**
 * The commit protocol: plan ahead → read, judge, step → store rows → store state and position together. After a crash
 * anywhere the next owner starts at the stored position, finds the plan of the chunk that was under way, cuts the same,
 * judges under the same control position, and so writes the same rows under the same tokens.
 */
// oxlint-disable-next-line max-lines-per-function -- All of it shares what is known of the one partition.
export function partitionWorker(partition: PartitionId, options: WorkerOptions): PartitionWorker {
  const { store, control } = options;
  const reader = new ChunkReader(options.attributor, options.limits);
  const backlog = new Backlog();
  let owned: Owned | undefined;
  let plan: ChunkPlan | undefined;
  // Judged once, however often storing it fails: judging has moved the state on.
  let judged: JudgedChunk | undefined;
  // Where the partition stood when a flush was fenced. The records are kept: while it is quiet nobody hands them over again.
  let suspended: Progress | undefined;
  const turn = inTurn();

  async function claimed(): Promise<Owned> {
    owned ??= await take(partition, options);
    return owned;
  }

  function lose(): void {
    owned?.states.release();
    owned = undefined;
    backlog.clear();
    plan = undefined;
    judged = undefined;
    suspended = undefined;
  }

  function fenced(): "fenced" {
    lose();
    return "fenced";
  }

  async function planned(proposal: ChunkPlan, generation: number): Promise<ChunkPlan | undefined> {
    const answer = await store.plan(partition, generation, proposal);
    return answer.kind === "planned" ? answer.plan : undefined;
  }

  /** Says whether the partition is still ours. */
  async function doChunk(current: Owned, chunk: ChunkPlan): Promise<boolean> {
    judged ??= await judge(partition, current, chunk, backlog.chunk(chunk), reader, options);
    if (judged === undefined) return false;
    const { counts, progress, records } = judged;
    await storeChunk(partition, chunk, judged, reader, current.generation, options);
    judged = undefined;
    current.progress = progress;
    backlog.done(records, progress);
    const { size: identities, bytes } = current.states;
    options.onChunk?.(partition, chunk, counts, { identities, bytes });
    return true;
  }

  /** Stores chunks while there are records, or once when only what is held back is left. */
  async function work(flushes: boolean): Promise<Offered> {
    const current = await claimed();
    for (let isFirst = true; !backlog.isEmpty || (isFirst && flushes && isHolding()); isFirst = false) {
      const head = plan === undefined ? await control.head() : 0;
      plan ??= await planned(backlog.propose(current.progress, head, flushes, options), current.generation);
      if (plan === undefined) return fenced();
      // A plan found in the store may reach beyond what has been fetched so far: wait for the rest.
      if (backlog.last + 1 < plan.next) break;
      if (!(await doChunk(current, plan))) return fenced();
      plan = undefined;
    }
    return current.progress?.heldFrom;
  }

  /**
   * A claim of our own that took effect late fences us, and then nobody else stores what is held back: we go on from where
   * the store stands, unless somebody has read on there.
   */
  async function flush(): Promise<Offered> {
    if (suspended !== undefined) {
      const { progress } = await claimed();
      backlog.resume(progress);
      if (backlog.last + 1 < (progress?.next ?? 0)) return takenOver();
      suspended = undefined;
    }
    const before = owned?.progress;
    const kept = backlog.all();
    const stored = await work(true);
    if (stored !== "fenced") return stored;
    backlog.take(kept, before);
    suspended = before;
    return stored;
  }

  /** The next record must not follow a gap: whoever hands it over is told to begin where the store stands. */
  function takenOver(): "fenced" {
    owned?.states.release();
    owned = undefined;
    backlog.clear();
    return "fenced";
  }

  async function takeIn(records: readonly LogRecord[]): Promise<Offered> {
    if (suspended !== undefined) return fenced();
    const { progress } = await claimed();
    backlog.take(records, progress);
    return work(options.windowUs === 0);
  }

  function isHolding(): boolean {
    const { heldFrom, next } = owned?.progress ?? suspended ?? { heldFrom: 0, next: 0 };
    // All of it must be here: after a restart the records come again.
    return heldFrom < next && backlog.last + 1 >= next;
  }

  return {
    position: () => turn(async () => (await claimed()).progress?.heldFrom),
    offer: (records) => turn(() => takeIn(records)),
    flush: () => turn(flush),
    isHolding,
    release: lose,
  };
}

/** Rows first, position and states last: whoever finds the position finds all that is before it. */
async function storeChunk(
  partition: PartitionId,
  plan: ChunkPlan,
  { sums, stepped, places, states, counts, progress }: JudgedChunk,
  { columns }: ChunkReader,
  generation: number,
  { store, deadLetters }: WorkerOptions,
): Promise<void> {
  if (sums.deadLetters.length > 0) await deadLetters.put(sums.deadLetters);
  await store.write(partition, plan, {
    actions: { columns, judgements: stepped.judgements, places },
    findings: stepped.findings,
    alerts: stepped.alerts.map(outboxAlert),
  });
  await store.save(partition, { plan, generation, counts, progress, states });
}

async function take(partition: PartitionId, options: WorkerOptions): Promise<Owned> {
  const { detectors, stateBudget, statesReadyMax } = options;
  const states = new IdentityStates({ detectors, budget: stateBudget, readyMax: statesReadyMax });
  let loaded = 0;
  try {
    const statesMax = Math.ceil(stateBudget.bytesMax / stateBytesMin);
    const { generation, progress, isComplete } = await options.store.claim(
      partition,
      statesMax,
      (key, { packed, actions }) => {
        states.load(key, packed, actions);
        loaded += 1;
        if (loaded % loadedAtOnce === 0) states.makeRoom();
      },
    );
    states.makeRoom();
    if (!isComplete) states.missSome();
    return { generation, progress, states, recent: new RecentActions(progress?.latestUs ?? 0) };
  } catch (error) {
    states.release();
    throw error;
  }
}
