import type { LogPosition } from "../../schemas/index.ts";

/** Where the records of a chunk stand in the log, by their ordinal in the chunk. */
export class RecordPlaces {
  readonly topic: string;
  readonly partition: number;
  readonly #records: readonly { readonly offset: number; readonly timestampMs: number }[];

  constructor(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    records: readonly { readonly offset: number; readonly timestampMs: number }[],
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#records = records;
  }

  offset(record: number): number {
    return this.#records[record]!.offset;
  }

  /** When the log took the record, milliseconds since 1970. */
  atMs(record: number): number {
    return this.#records[record]!.timestampMs;
  }

  at(record: number, index: number): LogPosition {
    const { topic, partition } = this;
    return { topic, partition, offset: this.offset(record), index, atMs: this.atMs(record) };
  }
}
