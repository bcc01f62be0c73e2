import type { Finding, Response } from "../../schemas/index.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import type { Judgements } from "../detect/judgements.ts";
import type { RecordPlaces } from "../detect/record-places.ts";
import type { PolicyBook } from "../../policy/book.ts";

/** One record of a partitioned log. Offsets grow; they need not be dense. */
export interface LogRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** When the log took it, milliseconds since 1970; part of the log, so a replay sees the same. */
  readonly timestampMs: number;
}

export interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

/** A record on its way into the log. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Something that could not be taken in, without the content: enough to find it at its origin. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Ordinal of the span within the record; -1 for the record as a whole. */
  readonly index: number;
  readonly reason: string;
  readonly message: string;
  readonly bytes: number;
  readonly tenant: string;
  readonly source: string;
  /** From the log or the receiver, never the sender's clock. */
  readonly atMs: number;
}

/** Keeps what could not be taken in. Idempotent: the same letter twice is one. */
export interface DeadLetters {
  put(letters: readonly DeadLetter[]): Promise<void>;
}

/**
 * The cut of a chunk, written ahead of its rows: offsets `from` to `next` (exclusive), judged under the control log up to
 * `control`.
 */
export interface ChunkPlan {
  /** Ordinal of the chunk in its partition, from 0. */
  readonly chunk: number;
  readonly from: number;
  readonly next: number;
  readonly control: number;
  /** Whether nothing is held back for what may still come before it. Such a chunk may have no records of its own. */
  readonly flush: boolean;
}

/** The actions of a chunk: what they are, what is said of them, and where they stood. Only those that are kept are stored. */
export interface JudgedActions {
  readonly columns: ActionColumns;
  readonly judgements: Judgements;
  readonly places: RecordPlaces;
}

/** What a chunk adds to the store before its position is saved. */
export interface ChunkRows {
  readonly actions: JudgedActions;
  readonly findings: readonly Finding[];
  readonly alerts: readonly OutboxAlert[];
  readonly responses: readonly TakenResponse[];
}

/** A response that the log of standings has taken. */
export interface TakenResponse extends Response {
  /** When it had, milliseconds since 1970, by this process's clock: at the last time where it was sent again. */
  readonly setAtMs: number;
}

/**
 * Where the answers of playbooks are told to whoever guards. Idempotent: who reads one twice has read one. Resolves once they
 * are durable, with when that was, milliseconds since 1970.
 */
export interface Standings {
  set(responses: readonly Response[]): Promise<number>;
}

/** An alert waiting in the store to be delivered. `id` is computed, and is what its receivers deduplicate by. */
export interface OutboxAlert {
  readonly id: string;
  readonly tenant: string;
  readonly episodeId: string;
  /** Event time, microseconds since 1970. */
  readonly atUs: number;
  /** The webhook's body, JSON. */
  readonly body: string;
}

/** How the spans of a chunk ended: spans + carried = actions + no action + duplicates + dead letters + held. */
export interface ChunkCounts {
  readonly records: number;
  readonly spans: number;
  readonly actions: number;
  readonly noAction: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Actions that the chunk before had held back. */
  readonly carried: number;
  /** Actions that are held back at the end of the chunk; the next one begins with them. */
  readonly held: number;
  readonly findings: number;
}

/** Where a partition stands. */
export interface Progress {
  /** Ordinal of the next chunk. */
  readonly chunk: number;
  /** Offset of the first record that is not read yet. */
  readonly next: number;
  /** Offset of the first record with an action that is held back; `next` without one. */
  readonly heldFrom: number;
  /** Names the actions of records before `next` that are held back, as `detect/held-rows.ts` writes them. */
  readonly heldRows: string;
  /** Actions that ended by then, microseconds since 1970, don't wait for others any more. */
  readonly cutUs: number;
  /** How many actions were judged, which is the ordinal of the next. */
  readonly judged: number;
  /** Latest start of an action judged so far: of later ones none is stored yet. */
  readonly latestUs: number;
}

/** The state of one identity, packed, and what a person wants to know of it. */
export interface SavedState {
  readonly packed: Buffer;
  readonly actions: number;
  readonly activeDays: number;
  readonly sessions: number;
}

/** What is saved together, in one insert: where we are and what we knew there. */
export interface Checkpoint {
  readonly plan: ChunkPlan;
  readonly generation: number;
  readonly counts: ChunkCounts;
  readonly progress: Progress;
  /** State of each identity that changed in this chunk, by its key. */
  readonly states: ReadonlyMap<string, SavedState>;
}

/** A state as it is read back. Its bytes are good until the next one is. */
export interface LoadedState extends Pick<SavedState, "packed" | "actions"> {
  /** Ordinal of the chunk that it was saved with. */
  readonly chunk: number;
}

/** Takes one of the states that are read back. */
export type TakeState = (key: string, state: LoadedState) => void;

/** What a worker finds when a partition becomes its own. */
export interface Ownership {
  readonly generation: number;
  /** As in the last checkpoint; undefined on a partition never seen. */
  readonly progress: Progress | undefined;
  /** Whether all states were read. */
  readonly isComplete: boolean;
}

/** What makes an action one and no other, and where it stands. */
export interface ActionKey {
  readonly offset: number;
  readonly index: number;
  readonly tenant: string;
  readonly identityId: string;
  readonly startedAtUs: number;
  readonly id: string;
}

/** The answer to a proposed plan. */
export type Planned =
  /** This is the cut, ours or that of whoever came first; position and generation are as we believed. */
  | { readonly kind: "planned"; readonly plan: ChunkPlan }
  /** Somebody else owns the partition or has moved on: drop everything and claim again if it is assigned to us. */
  | { readonly kind: "fenced" };

/** The store a detector writes to; every call may be repeated after a failure and changes nothing the second time. */
export interface DetectStore {
  /**
   * Takes the partition over: a new generation that fences every worker before it. Hands on the states as they were at
   * the position: all, or those of the `statesMax` identities with most actions; these come last. When it fails, what was
   * handed on is of no use.
   */
  claim(partition: PartitionId, statesMax: number, take: TakeState): Promise<Ownership>;
  /** The states of those identities that the store knows, as they are now: newer, if somebody else has moved on. */
  states(partition: PartitionId, keys: readonly string[]): Promise<ReadonlyMap<string, LoadedState>>;
  /** Which of the actions, by their ordinals, are stored from another place of the log. */
  stored(partition: PartitionId, actions: readonly ActionKey[]): Promise<ReadonlySet<number>>;
  /** Writes the cut ahead. The first plan of a chunk wins, whoever wrote it; it is the answer. */
  plan(partition: PartitionId, generation: number, proposal: ChunkPlan): Promise<Planned>;
  /** Stores the rows of a planned chunk. */
  write(partition: PartitionId, plan: ChunkPlan, rows: ChunkRows): Promise<void>;
  /** Stores position and changed state together. */
  save(partition: PartitionId, checkpoint: Checkpoint): Promise<void>;
}

/** The control log as a detector follows it: everything that people and other systems decided. */
export interface ControlFeed {
  /** Position after the last entry known here. */
  head(): Promise<number>;
  /** What was decided by at least all entries before `position`; waits until they are known here. */
  book(position: number): Promise<PolicyBook>;
}
