import { AuthorityOf } from "../authorise/authority-of.ts";
import type { Attributor } from "../attribute/table.ts";
import type { DecodeLimits } from "../decode/index.ts";
import { ActionView } from "../detect/action-view.ts";
import type { Detector } from "../detect/detector.ts";
import { RecentActions } from "../detect/recent-actions.ts";
import { RecordPlaces } from "../detect/record-places.ts";
import { stateKey, step, type Stepped } from "../detect/step.ts";
import { unsureRows } from "../detect/unsure-rows.ts";
import { computedId } from "../attribute/ids.ts";
import { IdentityStates, type StateBudget } from "../learn/identity-states.ts";
import { ChunkReader, type ChunkSums } from "./chunk.ts";
import type {
  ActionKey,
  ChunkCounts,
  ChunkPlan,
  ControlFeed,
  DeadLetters,
  DetectStore,
  LogRecord,
  OutboxAlert,
  Ownership,
  PartitionId,
  SavedState,
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
  /** Told of each chunk once its position is saved. */
  readonly onChunk?: (partition: PartitionId, plan: ChunkPlan, counts: ChunkCounts, held: HeldStates) => void;
}

/** What a worker holds of identities. */
export interface HeldStates {
  readonly identities: number;
  readonly bytes: number;
}

/** One partition's detector: the only one who touches its state. */
export interface PartitionWorker {
  /** Offset of the next record to be stored; undefined on a partition never seen. Claims the partition first. */
  position(): Promise<number | undefined>;
  /**
   * Takes the records that follow, in order, and stores all that make up chunks. Records before the position are passed
   * over. Resolves with the offset up to which everything is stored, or "fenced" when somebody else owns the partition.
   */
  offer(records: readonly LogRecord[]): Promise<number | "fenced" | undefined>;
  /** Lets go of all it holds: the partition is no longer ours. */
  release(): void;
}

/** What a worker knows of the partition it owns. */
interface Owned {
  readonly generation: number;
  position: number | undefined;
  readonly states: IdentityStates;
  readonly recent: RecentActions;
}

/** A chunk that was judged and is on its way to the store. */
interface JudgedChunk {
  readonly records: number;
  readonly reader: ChunkReader;
  readonly places: RecordPlaces;
  readonly sums: ChunkSums;
  readonly stepped: Stepped;
  readonly states: ReadonlyMap<string, SavedState>;
}

/** A state is seldom smaller: so many are read at most when a partition is taken over. */
const stateBytesMin = 256;

/**
 * The commit protocol: plan ahead → read, judge, step → store rows → store state and position together. After a crash
 * anywhere the next owner starts at the stored position, finds the plan of the chunk that was under way, cuts the same,
 * judges under the same control position, and so writes the same rows under the same tokens.
 */
export function partitionWorker(partition: PartitionId, options: WorkerOptions): PartitionWorker {
  const { store, control, deadLetters, detectors } = options;
  const reader = new ChunkReader(options.attributor, options.limits);
  let owned: Owned | undefined;
  let buffer: LogRecord[] = [];
  let plan: ChunkPlan | undefined;
  // Judged once, however often storing it fails: judging has moved the state on.
  let judged: JudgedChunk | undefined;
  let isReleased = false;

  async function own(): Promise<Owned> {
    owned ??= take(
      await store.claim(partition, Math.ceil(options.stateBudget.bytesMax / stateBytesMin)),
      options,
    );
    // Let go of while it was claimed: nobody will ask to give back what was taken since.
    if (isReleased) owned.states.release();
    return owned;
  }

  function lose(): void {
    owned?.states.release();
    owned = undefined;
    buffer = [];
    plan = undefined;
    judged = undefined;
  }

  async function planned(proposal: ChunkPlan, generation: number): Promise<ChunkPlan | undefined> {
    const answer = await store.plan(partition, generation, proposal);
    return answer.kind === "planned" ? answer.plan : undefined;
  }

  async function judge(current: Owned, chunk: ChunkPlan): Promise<JudgedChunk> {
    const records = buffer.filter((record) => record.offset < chunk.next);
    const book = await control.book(chunk.control);
    const sums = reader.read(partition, records);
    const places = new RecordPlaces(partition, records);
    await loadStates(current.states, reader, places);
    const stored = await storedBefore(current.recent, chunk.from, reader, places);
    const authority = new AuthorityOf(book, chunk.control);
    const stepped = step(reader.columns, places, {
      states: current.states,
      recent: current.recent,
      detectors,
      authority,
      stored,
    });
    const states = new Map<string, SavedState>();
    for (const [key, state] of stepped.changed) {
      const { actions, activeDays, sessions } = state.evidence;
      states.set(key, { packed: current.states.pack(key, state), actions, activeDays, sessions });
    }
    return { records: records.length, reader, places, sums, stepped, states };
  }

  /** Reads the states that are not held, all of a chunk at once. */
  async function loadStates(states: IdentityStates, { columns }: ChunkReader, places: RecordPlaces): Promise<void> {
    states.makeRoom();
    if (states.isComplete) return;
    const missing = new Set<string>();
    const view = new ActionView(columns, places);
    for (view.row = 0; view.row < columns.count; view.row += 1) {
      const key = stateKey(view);
      if (!states.has(key)) missing.add(key);
    }
    if (missing.size === 0) return;
    for (const [key, { packed, actions }] of await store.states(partition, [...missing]))
      states.load(key, packed, actions);
  }

  /** The rows of which only the store can tell whether they are there already. */
  async function storedBefore(
    recent: RecentActions,
    before: number,
    { columns }: ChunkReader,
    places: RecordPlaces,
  ): Promise<ReadonlySet<number>> {
    recent.makeRoom(columns.count);
    const rows = unsureRows(recent, columns, places);
    const view = new ActionView(columns, places);
    const asked = rows.map((row): ActionKey => {
      view.row = row;
      const { tenant, identityId, startedAtUs, id } = view;
      return { tenant, identityId, startedAtUs, id };
    });
    if (asked.length === 0) return new Set();
    const found = await store.stored(partition, before, asked);
    return new Set([...found].map((nth) => rows[nth]!));
  }

  async function storeChunk(current: Owned, chunk: ChunkPlan): Promise<void> {
    judged ??= await judge(current, chunk);
    const { sums, stepped, places, states } = judged;
    const counts = countsOf(judged);
    if (sums.deadLetters.length > 0) await deadLetters.put(sums.deadLetters);
    await store.write(partition, chunk, {
      actions: { columns: reader.columns, judgements: stepped.judgements, places },
      findings: stepped.findings,
      alerts: stepped.alerts.map(outboxAlert),
    });
    const { generation, recent } = current;
    await store.save(partition, { plan: chunk, generation, counts, latestUs: recent.latestUs, states });
    judged = undefined;
    current.position = chunk.next;
    buffer = buffer.filter((record) => record.offset >= chunk.next);
    options.onChunk?.(partition, chunk, counts, {
      identities: current.states.size,
      bytes: current.states.bytes,
    });
  }

  return {
    release() {
      isReleased = true;
      lose();
    },
    position: async () => (await own()).position,
    async offer(records) {
      const current = await own();
      const known = buffer.at(-1)?.offset ?? (current.position ?? 0) - 1;
      buffer = buffer.concat(records.filter((record) => record.offset > known));
      // Once it is let go of there are no records here any more: a plan without any would stand in the way for ever, and
      // another's plan would be stored without its rows.
      while (!isReleased && buffer.length > 0) {
        const head = plan === undefined ? await control.head() : 0;
        if (isReleased) break;
        plan ??= await planned(propose(current.position, buffer, head, options), current.generation);
        if (isReleased) break;
        if (plan === undefined) {
          lose();
          return "fenced";
        }
        // A plan found in the store may reach beyond what has been fetched so far: wait for the rest.
        if ((buffer.at(-1)?.offset ?? 0) + 1 < plan.next) break;
        await storeChunk(current, plan);
        plan = undefined;
      }
      return current.position;
    },
  };
}

function take({ generation, position, latestUs, states, isComplete }: Ownership, options: WorkerOptions): Owned {
  const { detectors, stateBudget, statesReadyMax } = options;
  const held = new IdentityStates({ detectors, budget: stateBudget, readyMax: statesReadyMax });
  // Those with most actions come first, and should go last.
  for (const [key, { packed, actions }] of [...states].toReversed()) held.load(key, packed, actions);
  held.makeRoom();
  if (!isComplete) held.missSome();
  return { generation, position, states: held, recent: new RecentActions(latestUs) };
}

/** The cut we would make: as many records as the limits allow, at least one. */
function propose(
  position: number | undefined,
  buffer: readonly LogRecord[],
  control: number,
  { recordsMax, bytesMax }: WorkerOptions,
): ChunkPlan {
  let next = position ?? 0;
  let bytes = 0;
  for (const record of buffer.slice(0, recordsMax)) {
    bytes += record.value.byteLength;
    if (bytes > bytesMax && record !== buffer[0]) break;
    next = record.offset + 1;
  }
  return { from: position ?? buffer[0]?.offset ?? 0, next, control };
}

function countsOf({ records, sums, stepped }: JudgedChunk): ChunkCounts {
  return {
    records,
    spans: sums.spans,
    actions: stepped.judgements.keptCount,
    noAction: sums.noAction,
    duplicates: stepped.duplicates,
    deadLettered: sums.deadLetters.length,
    findings: stepped.findings.length,
  };
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
