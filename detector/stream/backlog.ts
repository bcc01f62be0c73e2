import type { ChunkRecords } from "./judge.ts";
import type { ChunkPlan, LogRecord, Progress } from "./ports.ts";

/** Most records and bytes of one chunk. */
export interface ChunkLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** What a worker has of its partition's records and has not done with. */
export class Backlog {
  /** Read before, with actions that are held back. */
  #carried: readonly LogRecord[] = [];
  /** Not read yet. */
  #fresh: readonly LogRecord[] = [];

  get isEmpty(): boolean {
    return this.#fresh.length === 0;
  }

  /** Offset of the last record, -1 without one. */
  get last(): number {
    return this.#fresh.at(-1)?.offset ?? this.#carried.at(-1)?.offset ?? -1;
  }

  /** Whether actions are held back, and all of their records are here: after a restart they come again. */
  isHolding(progress: Progress | undefined): boolean {
    const { heldFrom, next } = progress ?? { heldFrom: 0, next: 0 };
    return heldFrom < next && this.last + 1 >= next;
  }

  /** Takes the records that follow; those that are done with, or here already, are passed over. */
  take(records: readonly LogRecord[], progress: Progress | undefined): void {
    const { heldFrom, next } = progress ?? { heldFrom: 0, next: 0 };
    const known = Math.max(this.last, heldFrom - 1);
    const following = records.filter((record) => record.offset > known);
    this.#carried = this.#carried.concat(following.filter((record) => record.offset < next));
    this.#fresh = this.#fresh.concat(following.filter((record) => record.offset >= next));
  }

  /** Sorts what is here anew, by where the store stands. */
  resume(progress: Progress | undefined): void {
    const records = this.all();
    this.clear();
    this.take(records, progress);
  }

  /** The cut we would make: as many records as the limits allow, at least one if there are any. */
  propose(
    progress: Progress | undefined,
    control: number,
    flush: boolean,
    { recordsMax, bytesMax }: ChunkLimits,
  ): ChunkPlan {
    const from = progress?.next ?? this.#fresh[0]?.offset ?? 0;
    let next = from;
    let bytes = 0;
    let count = 0;
    for (const record of this.#fresh) {
      bytes += record.value.byteLength;
      if (count > 0 && (bytes > bytesMax || count === recordsMax)) break;
      count += 1;
      next = record.offset + 1;
    }
    const isAll = count === this.#fresh.length;
    return { chunk: progress?.chunk ?? 0, from, next, control, flush: flush && isAll };
  }

  /** All of them, in order. */
  all(): readonly LogRecord[] {
    return this.#carried.concat(this.#fresh);
  }

  /** The records of a planned chunk. */
  chunk({ next }: ChunkPlan): ChunkRecords {
    return { carried: this.#carried, own: this.#fresh.filter((record) => record.offset < next) };
  }

  /** Lets go of a stored chunk's records, but for those of which actions are held back. */
  done(records: readonly LogRecord[], { next, heldFrom }: Pick<Progress, "next" | "heldFrom">): void {
    this.#carried = records.filter((record) => record.offset >= heldFrom);
    this.#fresh = this.#fresh.filter((record) => record.offset >= next);
  }

  clear(): void {
    this.#carried = [];
    this.#fresh = [];
  }
}
