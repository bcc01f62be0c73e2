import { computedId } from "../attribute/ids.ts";
import type { Attributor } from "../attribute/table.ts";
import type { DecodeLimits } from "../decode/index.ts";
import type { Detector } from "../detect/detector.ts";
import { RecentActions } from "../detect/recent-actions.ts";
import type { Stepped } from "../detect/step.ts";
import { IdentityStates, type StateBudget } from "../learn/identity-states.ts";
import { ChunkReader } from "./chunk.ts";
import { judge, type JudgedChunk } from "./judge.ts";
import type {
  ChunkCounts,
  ChunkPlan,
  ControlFeed,
  DeadLetters,
  DetectStore,
  LogRecord,
  OutboxAlert,
  Ownership,
  PartitionId,
  Progress,
} from "./ports.ts";

export interface WorkerOptions {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly attributor: Attributor;
  readonly detectors: readonly Detector[];
  readonly limits: DecodeLimits;
  /** Most records and bytes of one chunk. */
  readonly recordsMax: number;
  readonly bytesMax: number;
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
export interface HeldStates {
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
  /** Stores what is held back: nothing came for so long that nothing will come before it. */
  flush(): Promise<Offered>;
  /** Whether actions are held back. */
  isHolding(): boolean;
  /** Lets go of all it holds: the partition is no longer ours. */
  release(): void;
}

export type Offered = number | "fenced" | undefined;

/** What a worker knows of the partition it owns. */
interface Owned {
  readonly generation: number;
  progress: Progress | undefined;
  readonly states: IdentityStates;
  readonly recent: RecentActions;
}

/** A state is seldom smaller: so many are read at most when a partition is taken over. */
const stateBytesMin = 256;

/**
 * The commit protocol: plan ahead → read, judge, step → store rows → store state and position together. After a crash
 * anywhere the next owner starts at the stored position, finds the plan of the chunk that was under way, cuts the same,
 * judges under the same control position, and so writes the same rows under the same tokens.
 */
export function partitionWorker(partition: PartitionId, options: WorkerOptions): PartitionWorker {
  const { store, control, deadLetters } = options;
  const reader = new ChunkReader(options.attributor, options.limits);
  let owned: Owned | undefined;
  /** Records read before of which actions are held back, then those that are not read yet. */
  let carried: readonly LogRecord[] = [];
  let buffer: readonly LogRecord[] = [];
  let plan: ChunkPlan | undefined;
  // Judged once, however often storing it fails: judging has moved the state on.
  let judged: JudgedChunk | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function claimed(): Promise<Owned> {
    owned ??= take(
      await store.claim(partition, Math.ceil(options.stateBudget.bytesMax / stateBytesMin)),
      options,
    );
    return owned;
  }

  function lose(): void {
    owned?.states.release();
    owned = undefined;
    carried = [];
    buffer = [];
    plan = undefined;
    judged = undefined;
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
  async function storeChunk(current: Owned, chunk: ChunkPlan): Promise<boolean> {
    const own = buffer.filter((record) => record.offset < chunk.next);
    judged ??= await judge(partition, current, chunk, { carried, own }, reader, options);
    if (judged === undefined) return false;
    const { sums, stepped, places, states, counts, progress, records } = judged;
    if (sums.deadLetters.length > 0) await deadLetters.put(sums.deadLetters);
    await store.write(partition, chunk, {
      actions: { columns: reader.columns, judgements: stepped.judgements, places },
      findings: stepped.findings,
      alerts: stepped.alerts.map(outboxAlert),
    });
    await store.save(partition, { plan: chunk, generation: current.generation, counts, progress, states });
    judged = undefined;
    current.progress = progress;
    carried = records.filter((record) => record.offset >= progress.heldFrom);
    buffer = buffer.filter((record) => record.offset >= chunk.next);
    options.onChunk?.(partition, chunk, counts, {
      identities: current.states.size,
      bytes: current.states.bytes,
    });
    return true;
  }

  /** Stores chunks while there are records, or once when only what is held back is left. */
  async function work(flush: boolean): Promise<Offered> {
    const current = await claimed();
    for (let isFirst = true; buffer.length > 0 || (isFirst && flush && isHolding()); isFirst = false) {
      const head = plan === undefined ? await control.head() : 0;
      plan ??= await planned(propose(current.progress, buffer, head, flush, options), current.generation);
      if (plan === undefined) return fenced();
      // A plan found in the store may reach beyond what has been fetched so far: wait for the rest.
      if (lastOf(carried, buffer) + 1 < plan.next) break;
      if (!(await storeChunk(current, plan))) return fenced();
      plan = undefined;
    }
    return current.progress?.heldFrom;
  }

  async function takeIn(records: readonly LogRecord[]): Promise<Offered> {
    const { progress } = await claimed();
    const { heldFrom, next } = progress ?? { heldFrom: 0, next: 0 };
    const known = Math.max(lastOf(carried, buffer), heldFrom - 1);
    const fresh = records.filter((record) => record.offset > known);
    carried = carried.concat(fresh.filter((record) => record.offset < next));
    buffer = buffer.concat(fresh.filter((record) => record.offset >= next));
    return work(options.windowUs === 0);
  }

  function isHolding(): boolean {
    const progress = owned?.progress;
    // All of it must be here: after a restart the records come again.
    return (
      progress !== undefined &&
      progress.heldFrom < progress.next &&
      lastOf(carried, buffer) + 1 >= progress.next
    );
  }

  /** One call at a time, in their order. */
  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = last.then(call, call);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    position: () => inTurn(async () => (await claimed()).progress?.heldFrom),
    offer: (records) => inTurn(() => takeIn(records)),
    flush: () => inTurn(() => work(true)),
    isHolding,
    release: lose,
  };
}

const lastOf = (carried: readonly LogRecord[], buffer: readonly LogRecord[]): number =>
  buffer.at(-1)?.offset ?? carried.at(-1)?.offset ?? -1;

function take({ generation, progress, states, isComplete }: Ownership, options: WorkerOptions): Owned {
  const { detectors, stateBudget, statesReadyMax } = options;
  const held = new IdentityStates({ detectors, budget: stateBudget, readyMax: statesReadyMax });
  // Those with most actions come first, and should go last.
  for (const [key, { packed, actions }] of [...states].toReversed()) held.load(key, packed, actions);
  held.makeRoom();
  if (!isComplete) held.missSome();
  return { generation, progress, states: held, recent: new RecentActions(progress?.latestUs ?? 0) };
}

/** The cut we would make: as many records as the limits allow, at least one if there are any. */
function propose(
  progress: Progress | undefined,
  buffer: readonly LogRecord[],
  control: number,
  flush: boolean,
  { recordsMax, bytesMax }: WorkerOptions,
): ChunkPlan {
  const from = progress?.next ?? buffer[0]?.offset ?? 0;
  let next = from;
  let bytes = 0;
  let count = 0;
  for (const record of buffer) {
    bytes += record.value.byteLength;
    if (count > 0 && (bytes > bytesMax || count === recordsMax)) break;
    count += 1;
    next = record.offset + 1;
  }
  return { chunk: progress?.chunk ?? 0, from, next, control, flush: flush && count === buffer.length };
}

function outboxAlert(alert: Stepped["alerts"][number]): OutboxAlert {
  return {
    id: computedId("alert", alert.data.episodeId, alert.data.severity),
    tenant: alert.data.tenant,
    episodeId: alert.data.episodeId,
    atUs: Date.parse(alert.timestamp) * 1000,
    body: JSON.stringify(alert),
  };
}
