import type { LogRecord, PartitionId } from "./ports.ts";

/**
 * A partitioned log, read as one of a group that shares its partitions. Whatever client is behind it must pass
 * `test/support/kafka/record-source-contract.ts`. Each verb of a client has its place here:
 *
 * - *seek*: what `position` and `handle` answer. The store's word counts; the group's own book-keeping is a hint.
 * - *commit*: `Handled.done`. A hint: losing it costs work, never records.
 * - *pause*: a partition is not read while `handle` is under way; the others are, and the member keeps its partitions
 *   however long it takes.
 * - *revoke*: `isLost` turns true, as the group waits for nobody. Whoever holds it asks before every write.
 */
export interface RecordSource {
  /**
   * Joins a consumer group and hands it the records of `topic` until it is stopped. Outages are waited out.
   *
   * @example
   * const reading = await source.consume("answerable-detect", "nhi.spans", handler);
   * await Promise.race([reading.ended, stopped(signal)]);
   * await reading.stop();
   */
  consume(groupId: string, topic: string, handler: PartitionHandler): Promise<Reading>;
}

/** What a consumer group's member does with what it is given. An error it throws ends the member. */
export interface PartitionHandler {
  /** The partitions were dealt out anew: whatever is known of them may be somebody else's now. */
  assigned(partitions: readonly PartitionId[]): void;
  /** Offset to begin a partition at; undefined to go on where the group stands. Asked once each time it is assigned. */
  position(partition: PartitionId, isLost: () => boolean): Promise<number | undefined>;
  /** Handles records in order, one call a partition at a time. `isLost` turns true when the partition may not be ours any more. */
  handle(partition: PartitionId, records: readonly LogRecord[], isLost: () => boolean): Promise<Handled>;
  /** The log has let go of records that were not handled yet. Told before the records behind them are handled. */
  overrun(partition: PartitionId, gap: Gap, isLost: () => boolean): Promise<void>;
}

/** Offsets `from` to `next` (exclusive) that can't be read any more. */
export interface Gap {
  readonly from: number;
  readonly next: number;
}

export interface Handled {
  /** Offset up to which all is done; a hint for the group's own book-keeping. */
  readonly done?: number;
  /** Offset to go on from instead of behind the records. */
  readonly seek?: number;
}

export interface Running {
  /** Rejects when the consumer can't go on; never resolves. */
  readonly ended: Promise<never>;
  /** Leaves the group once the work under way is done; resolves after a few seconds even when it never is. */
  stop(): Promise<void>;
}

/** A member of a consumer group. */
export interface Reading extends Running {
  /**
   * Its partitions of which all was handled that the log has, as it says when it is asked: nothing waits there for this
   * member to get round to it. Of a log that can't be asked there are none.
   */
  readToEnd(): Promise<ReadonlySet<number>>;
}
