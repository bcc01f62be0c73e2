import type { PartitionId } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { instantMs } from "./rows.ts";

/** Offsets `from` to `next` (exclusive) that the log let go of before they were stored. */
interface Loss {
  readonly from: number;
  readonly next: number;
  readonly noticedAtMs: number;
}

/** Keeps a loss, so that the audit knows of it. Noticed again, and grown since, it is one row with the later end. */
export async function saveLoss(
  database: Database,
  partition: PartitionId,
  { from, next, noticedAtMs }: Loss,
): Promise<void> {
  const row = { ...partition, from_offset: from, next_offset: next, noticed_at: instantMs(noticedAtMs) };
  await database.insert("losses", [row]);
}
