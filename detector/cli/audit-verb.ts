import type { Context } from "../roles/context.ts";
import { openGivenStore } from "../roles/open-store.ts";
import { auditedPartitions, auditPartition, type PartitionAudit } from "../store/audit.ts";
import type { AuditVerbOptions } from "./program.ts";
import { progressOn } from "./progress.ts";
import { jsonLine } from "./text.ts";

/** A partition of a large store takes minutes. */
const requestTimeoutMs = 3_600_000;

/**
 * `answerable audit`: whether the store accounts for every offset, told partition by partition.
 *
 * @throws Error when it doesn't, after all was told; the program then ends with status 1.
 */
export async function auditVerb(
  context: Context,
  given: AuditVerbOptions,
  stderr: NodeJS.WritableStream,
): Promise<void> {
  const store = await openGivenStore(context, requestTimeoutMs);
  const progress = progressOn(stderr, context.clock);
  try {
    const partitions = await auditedPartitions(store.database, given.topic);
    const audits: PartitionAudit[] = [];
    for (const partition of partitions) {
      const text = `${partition.topic} ${String(partition.partition)}`;
      progress.update({ done: audits.length, total: partitions.length, text });
      audits.push(await auditPartition(store.database, partition));
    }
    progress.stop();
    const wrong = audits.filter(({ troubles }) => troubles.length > 0);
    context.out(
      given.json === true ? jsonLine({ isBalanced: wrong.length === 0, partitions: audits }) : textOf(audits),
    );
    if (partitions.length === 0) throw new Error("nothing is stored yet, so there is nothing to prove");
    if (wrong.length > 0)
      throw new Error(`${String(wrong.length)} of ${String(audits.length)} partitions don't add up`);
  } finally {
    progress.stop();
    await store.stop();
  }
}

function textOf(audits: readonly PartitionAudit[]): string {
  return audits
    .map((one) => `${lineOf(one)}\n${one.troubles.map((each) => `${troubleLine(each)}\n`).join("")}`)
    .join("");
}

function lineOf(audit: PartitionAudit): string {
  const { topic, partition, firstOffset, nextOffset, chunks, troubles, lettersElsewhere } = audit;
  const { spans, actions, noAction, duplicates, deadLettered } = audit;
  const verdict = troubles.length === 0 ? "ok   " : "WRONG";
  const unseen =
    lettersElsewhere === 0
      ? ""
      : `; ${String(lettersElsewhere)} dead letters lie in their topic and were not looked at`;
  const waiting = audit.held === 0 ? "" : `; ${String(audit.held)} actions are held back for now`;
  return (
    `${verdict} ${topic} ${String(partition)}: offsets ${String(firstOffset)}–${String(nextOffset - 1)} in ${String(chunks)} chunks; ` +
    `${String(spans)} spans = ${String(actions)} actions + ${String(noAction)} no action + ${String(duplicates)} duplicates + ${String(deadLettered)} dead letters${waiting}${unseen}`
  );
}

function troubleLine({ kind, from, next, what }: PartitionAudit["troubles"][number]): string {
  const offsets =
    next - from === 1 ? `offset ${String(from)}` : `offsets ${String(from)}–${String(next - 1)}`;
  return `      ${kind}: ${offsets}: ${what}`;
}
