import { attribute, type AttributedAction } from "../attribute/action.ts";
import type { Attributor } from "../attribute/table.ts";
import { type DecodeLimits, decodeTraces } from "../decode/index.ts";
import type { LogPosition } from "../../schemas/index.ts";
import { deadLetterOf, type Trouble } from "./dead-letter.ts";
import { originOf } from "./headers.ts";
import type { DeadLetter, LogRecord, PartitionId } from "./ports.ts";

/** What a record holds: actions at their places, what carries none, and what could not be read. */
export interface RecordContent {
  readonly actions: readonly { readonly action: AttributedAction; readonly position: LogPosition }[];
  readonly spans: number;
  readonly noAction: number;
  readonly deadLetters: readonly DeadLetter[];
}

/** Decodes and attributes one record. Pure, and total: whatever the bytes, each span ends in exactly one of the sums. */
export function readRecord(
  partition: PartitionId,
  record: LogRecord,
  attributor: Attributor,
  limits: DecodeLimits,
): RecordContent {
  const origin = originOf(record.headers);
  const letter = (trouble: Trouble): DeadLetter => deadLetterOf(partition, record, origin, trouble);
  const decoded = decodeTraces(record.value, { limits, wanted: attributor.wanted });
  if (!decoded.ok) {
    const { reason, message } = decoded;
    return { actions: [], spans: 1, noAction: 0, deadLetters: [letter({ index: -1, reason, message })] };
  }
  const actions: { action: AttributedAction; position: LogPosition }[] = [];
  const rejected = [...decoded.rejected];
  let noAction = 0;
  for (const span of decoded.spans) {
    const attributed = attribute(span, origin, attributor);
    switch (attributed.kind) {
      case "action": {
        const position = { ...partition, offset: record.offset, index: span.index, atMs: record.timestampMs };
        actions.push({ action: attributed.action, position });
        break;
      }
      case "no_action":
        noAction += 1;
        break;
      case "rejected":
        rejected.push(attributed.rejected);
    }
  }
  return {
    actions,
    spans: decoded.spans.length + decoded.rejected.length,
    noAction,
    deadLetters: rejected.map(letter),
  };
}
