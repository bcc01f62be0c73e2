import { ByteWriter } from "../bytes.ts";
import { IdentityState, type Remembering } from "./identity-state.ts";
import type { Block } from "./memory.ts";
import { isSourceKey, SourceCounts } from "./new-identities.ts";
import { PackedStates } from "./packed-states.ts";
import { isStormKey, TenantStorms } from "./storm-counts.ts";

/** From this many actions on an identity is settled: whoever invents identities would have to keep each of them busy. */
const settledFrom = 20;
/** What is held of a state beside its own bytes and key, estimated: its place in the index, room that is not free yet. */
const overheadBytes = 120;

/** Bytes of packed states that all partitions of a process may hold together, and do. */
export interface StateBudget {
  readonly bytesMax: number;
  bytes: number;
}

export interface StatesOptions {
  readonly detectors: readonly Remembering[];
  /** When it is spent, states are dropped that the store still has. */
  readonly budget: StateBudget;
  /** States held unpacked, ready for use. */
  readonly readyMax: number;
}

/**
 * The states of a partition's identities. All are held packed while they fit; those in use are held ready, too. When
 * they no longer fit, identities with few actions are dropped first, the one unused longest before the others, so that
 * invented identities push each other out and no real one. What was dropped is read from the store again.
 */
export class IdentityStates {
  /** Kept with the states, and no part of what is held of identities. */
  readonly sources = new SourceCounts();
  /** So are these. */
  readonly storms = new TenantStorms();
  readonly #options: StatesOptions;
  readonly #ready = new Map<string, IdentityState>();
  readonly #unsettled = new PackedStates();
  readonly #settled = new PackedStates();
  readonly #writer = new ByteWriter();
  #bytes = 0;
  #isComplete = true;
  #isReleased = false;

  constructor(options: StatesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#unsettled.size + this.#settled.size;
  }

  /** Bytes held, estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether an identity that isn't here may be in the store. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Says that the store holds states that are not here. */
  missSome(): void {
    this.#isComplete = false;
  }

  has(key: string): boolean {
    if (isStormKey(key)) return this.storms.has(key);
    if (isSourceKey(key)) return this.sources.has(key);
    return this.#ready.has(key) || this.#settled.has(key) || this.#unsettled.has(key);
  }

  /** The state of an identity; undefined when nothing is known of it. */
  find(key: string): IdentityState | undefined {
    const ready = this.#ready.get(key);
    if (ready !== undefined) return ready;
    const packed = this.#settled.get(key) ?? this.#unsettled.get(key);
    if (packed === undefined) return undefined;
    const state = IdentityState.unpack(packed, this.#options.detectors);
    this.#ready.set(key, state);
    return state;
  }

  /** Begins the state of an identity that nothing is known of. It must be packed before the next chunk. */
  begin(key: string): IdentityState {
    const state = new IdentityState(this.#options.detectors);
    this.#ready.set(key, state);
    return state;
  }

  /** Takes in a state, or a count, as the store has it. Drops nothing: what is loaded is about to be used. */
  load(key: string, packed: Buffer, actions: number): void {
    if (isStormKey(key)) this.storms.load(key, packed);
    else if (isSourceKey(key)) this.sources.load(key, packed);
    else this.#hold(key, packed, actions >= settledFrom);
  }

  /** Packs a state after it changed, for the store and to be held. */
  pack(key: string, state: IdentityState): Buffer {
    this.#writer.clear();
    state.pack(this.#writer, this.#options.detectors);
    const packed = Buffer.from(this.#writer.finish());
    this.#hold(key, packed, state.evidence.actions >= settledFrom);
    // To the end of the line.
    this.#ready.delete(key);
    this.#ready.set(key, state);
    return packed;
  }

  /** Packs a count after it changed, for the store. */
  packCount(count: Pick<Block, "pack">): Buffer {
    this.#writer.clear();
    count.pack(this.#writer);
    return Buffer.from(this.#writer.finish());
  }

  /** Gives back what it holds of the budget; it must not be used any more. */
  release(): void {
    this.#count(-this.#bytes);
    this.#isReleased = true;
  }

  /** Drops what no longer fits. Between chunks: a state in use must not go. */
  makeRoom(): void {
    this.#makeRoom();
    if (this.sources.makeRoom()) this.#isComplete = false;
    if (this.storms.makeRoom()) this.#isComplete = false;
    for (const key of this.#ready.keys()) {
      if (this.#ready.size <= this.#options.readyMax) break;
      this.#ready.delete(key);
    }
  }

  #hold(key: string, packed: Buffer, isSettled: boolean): void {
    const [to, other] = isSettled ? [this.#settled, this.#unsettled] : [this.#unsettled, this.#settled];
    const was = to.put(key, packed);
    const before = was === -1 ? other.delete(key) : was;
    this.#count(packed.length - before + (before === -1 ? sizeOf(key.length, 0) - 1 : 0));
  }

  #makeRoom(): void {
    const { budget } = this.#options;
    for (const states of [this.#unsettled, this.#settled]) {
      while (budget.bytes > budget.bytesMax) {
        const dropped = states.shift();
        if (dropped === undefined) break;
        this.#ready.delete(dropped.key);
        this.#count(-sizeOf(dropped.key.length, dropped.bytes));
        this.#isComplete = false;
      }
      states.tidy();
    }
  }

  #count(bytes: number): void {
    if (this.#isReleased) return;
    this.#bytes += bytes;
    this.#options.budget.bytes += bytes;
  }
}

const sizeOf = (keyLength: number, bytes: number): number => keyLength + bytes + overheadBytes;
