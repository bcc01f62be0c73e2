/** A worker with a window over a log in memory: what is held back, and by whom it is judged. */
import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { PartitionWorker } from "../../detector/stream/partition-worker.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { book } from "./fault-log.ts";
import { type memoryStore, noFault, stillControl } from "./memory.ts";
import { workerOf } from "./worker.ts";

export const windowMs = 2000;
const startMs = 1_769_990_000_000;

/** A span, milliseconds after some instant; a process numbers what it does. */
export interface HeldSpan {
  readonly span: number;
  readonly endedMs: number;
  readonly process?: string;
  readonly seq?: number;
}

/** A record of one identity's spans. */
export function recordOf(offset: number, takenMs: number, spans: readonly HeldSpan[]): LogRecord {
  return {
    offset,
    key: "g0001",
    value: encodeSpans(
      spans.map(({ span, endedMs, process, seq }) => ({
        identityId: "agent:a",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: String(span + 1).padStart(16, "0"),
        name: "read",
        kind: "internal" as const,
        startMs: startMs + endedMs - 1,
        endMs: startMs + endedMs,
        failed: false,
        attributes: {
          "nhi.identity.id": "agent:a",
          "nhi.action.kind": "tool_call",
          "nhi.action.name": span % 3 === 0 ? "delete" : "read",
          ...(process === undefined || seq === undefined
            ? {}
            : { "service.instance.id": process, "nhi.seq": seq }),
        },
      })),
    ),
    headers: {},
    timestampMs: startMs + takenMs,
  };
}

/** A worker on a store in memory, of whose findings nothing follows: an answer would hold the log's time. */
export function workerOn(memory: ReturnType<typeof memoryStore>, recordsMax = 100): PartitionWorker {
  return workerOf(memory.store(noFault), {
    recordsMax,
    windowUs: windowMs * 1000,
    control: stillControl(book("none"), 1),
  });
}
