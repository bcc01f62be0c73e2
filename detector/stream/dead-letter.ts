import type { DeadLetter, LogRecord, PartitionId } from "./ports.ts";

/** What was wrong with a record, or with the span at `index` in it; -1 for the record as a whole. */
export interface Trouble {
  readonly index: number;
  readonly reason: string;
  readonly message: string;
}

/** The letter for a record that can't be taken in: where it is and what is wrong with it, and nothing of what it holds. */
export function deadLetterOf(
  partition: PartitionId,
  record: LogRecord,
  { tenant, source }: { readonly tenant: string; readonly source: string },
  { index, reason, message }: Trouble,
): DeadLetter {
  return {
    ...partition,
    offset: record.offset,
    index,
    reason,
    message,
    bytes: record.value.byteLength,
    tenant,
    source,
    atMs: record.timestampMs,
  };
}
