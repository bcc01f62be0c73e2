import { AuthorityOf } from "../authorise/authority-of.ts";
import { ActionView } from "../detect/action-view.ts";
import { type Released, release } from "../detect/order.ts";
import type { RecentActions } from "../detect/recent-actions.ts";
import { RecordPlaces } from "../detect/record-places.ts";
import { stateKey, step, type Stepped } from "../detect/step.ts";
import { unsureRows } from "../detect/unsure-rows.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import { sourceKey } from "../learn/new-identities.ts";
import { stormKey } from "../learn/storm-counts.ts";
import type { ChunkReader, ChunkSums } from "./chunk.ts";
import type { EarlyAnswers } from "./early-answers.ts";
import type { WorkerOptions } from "./partition-worker.ts";
import type {
  ActionKey,
  ChunkCounts,
  ChunkPlan,
  DetectStore,
  LogRecord,
  PartitionId,
  Progress,
  SavedState,
} from "./ports.ts";

/** A chunk that was judged and is on its way to the store. */
export interface JudgedChunk {
  /** Those carried over first. */
  readonly records: readonly LogRecord[];
  readonly places: RecordPlaces;
  readonly sums: ChunkSums;
  readonly stepped: Stepped;
  readonly counts: ChunkCounts;
  /** Where the partition stands once it is stored. */
  readonly progress: Progress;
  readonly states: ReadonlyMap<string, SavedState>;
}

/** What a partition's chunks are judged with. */
export interface Judging {
  readonly progress: Progress | undefined;
  readonly states: IdentityStates;
  readonly recent: RecentActions;
  readonly early: EarlyAnswers;
}

/** The records of a chunk: those of which actions were held back, then its own. */
export interface ChunkRecords {
  readonly carried: readonly LogRecord[];
  readonly own: readonly LogRecord[];
}

/**
 * Reads and judges one chunk; undefined when the store knows of later ones, as somebody else has moved on. Up to its last await nothing is changed, so that it may fail and be asked again; from then
 * on the state has moved on, and the answer must be kept until it is stored.
 */
export async function judge(
  partition: PartitionId,
  judging: Judging,
  plan: ChunkPlan,
  { carried, own }: ChunkRecords,
  reader: ChunkReader,
  options: WorkerOptions,
): Promise<JudgedChunk | undefined> {
  const { progress, states, recent, early } = judging;
  const { columns } = reader;
  const records = [...carried, ...own];
  const book = await options.control.book(plan.control);
  const sums = reader.read(partition, records, carried.length);
  const places = new RecordPlaces(partition, records);
  const authority = new AuthorityOf(book, plan.control);
  const fromRecord = carried.length;
  await early.look(columns, places, { states, detectors: options.detectors, authority, fromRecord });
  const released = release(columns, places, {
    carried: carried.length,
    heldRows: progress?.heldRows ?? "",
    cutUs: progress?.cutUs ?? 0,
    windowUs: options.windowUs,
    holds: !plan.flush,
  });
  const view = new ActionView(columns, places);
  if (!(await loadStates(options.store, partition, plan, states, view, released.rows))) return undefined;
  recent.makeRoom(released.rows.length);
  const unsure = unsureRows(recent, columns, places, released.rows);
  const stored = await storedElsewhere(options.store, partition, view, unsure);
  const stepped = step(columns, places, {
    states,
    recent,
    detectors: options.detectors,
    authority,
    rows: released.rows,
    judged: progress?.judged ?? 0,
    stored,
    newPerHourMax: options.newPerHourMax,
    ...(options.learning && { learning: options.learning }),
  });
  return {
    records,
    places,
    sums,
    stepped,
    counts: countsOf(own.length, sums, released, stepped),
    progress: {
      chunk: plan.chunk + 1,
      next: plan.next,
      heldFrom: released.heldFrom === -1 ? plan.next : places.offset(released.heldFrom),
      heldRows: released.heldRows,
      cutUs: released.cutUs,
      judged: (progress?.judged ?? 0) + stepped.judgements.keptCount,
      latestUs: recent.latestUs,
    },
    states: packed(states, stepped),
  };
}

/**
 * Reads what is not held, all of a chunk at once: states, and of what may be new the counts of its sources. Says whether
 * they are of before the chunk: a save of whoever had the partition before may arrive at any time, and what it knows of
 * these actions must not be learned a second time.
 */
async function loadStates(
  store: DetectStore,
  partition: PartitionId,
  plan: ChunkPlan,
  states: IdentityStates,
  view: ActionView,
  rows: Int32Array,
): Promise<boolean> {
  states.makeRoom();
  if (states.isComplete) return true;
  const missing = new Set<string>();
  const tenants = new Set<string>();
  for (const row of rows) {
    view.row = row;
    const key = stateKey(view);
    if (!tenants.has(view.tenant)) {
      tenants.add(view.tenant);
      if (!states.has(stormKey(view.tenant))) missing.add(stormKey(view.tenant));
    }
    if (states.has(key)) continue;
    missing.add(key);
    const countKey = sourceKey(view.tenant, view.source);
    if (!states.has(countKey)) missing.add(countKey);
  }
  if (missing.size === 0) return true;
  const found = await store.states(partition, [...missing]);
  for (const { chunk } of found.values()) if (chunk >= plan.chunk) return false;
  for (const [key, state] of found) states.load(key, state.packed, state.actions);
  // What the store doesn't have need not be asked for again.
  for (const tenant of tenants) states.storms.get(stormKey(tenant));
  return true;
}

/** The rows that are stored already, as far as only the store can tell. */
async function storedElsewhere(
  store: DetectStore,
  partition: PartitionId,
  view: ActionView,
  unsure: readonly number[],
): Promise<ReadonlySet<number>> {
  if (unsure.length === 0) return new Set();
  const asked = unsure.map((row): ActionKey => {
    view.row = row;
    const { tenant, identityId, startedAtUs, id } = view;
    const { offset, index } = view.position;
    return { tenant, identityId, startedAtUs, id, offset, index };
  });
  const found = await store.stored(partition, asked);
  return new Set([...found].map((nth) => unsure[nth]!));
}

function packed(
  states: IdentityStates,
  { changed, changedCounts }: Stepped,
): ReadonlyMap<string, SavedState> {
  const all = new Map<string, SavedState>();
  for (const [key, state] of changed) {
    const { actions, activeDays, sessions } = state.evidence;
    all.set(key, { packed: states.pack(key, state), actions, activeDays, sessions });
  }
  for (const [key, count] of changedCounts)
    all.set(key, { packed: states.packCount(count), actions: 0, activeDays: 0, sessions: 0 });
  return all;
}

function countsOf(
  records: number,
  sums: ChunkSums,
  { carried, held }: Released,
  stepped: Stepped,
): ChunkCounts {
  return {
    records,
    spans: sums.spans,
    actions: stepped.judgements.keptCount,
    noAction: sums.noAction,
    duplicates: stepped.duplicates,
    deadLettered: sums.deadLetters.length,
    carried,
    held,
    findings: stepped.findings.length,
  };
}
