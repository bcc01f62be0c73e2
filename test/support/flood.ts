/** A log in which sources bring new identities, and workers that read it. */
import { outsideGrant } from "../../detector/detect/outside-grant.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { PartitionWorker } from "../../detector/stream/partition-worker.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { type MemoryStore, stillControl } from "./memory.ts";
import { workerOf } from "./worker.ts";

const startMs = Date.parse("2026-03-02T09:00:00Z");

/** A record with an action each of some identities, from a source, so many minutes after nine. */
export function recordOf(
  offset: number,
  minute: number,
  source: string,
  identities: readonly string[],
): LogRecord {
  const spans = identities.map((identityId, nth) => ({
    identityId,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: String(offset * 100 + nth + 1).padStart(16, "0"),
    name: "read",
    kind: "internal" as const,
    startMs: startMs + minute * 60_000,
    endMs: startMs + minute * 60_000 + 1,
    failed: false,
    attributes: {
      "nhi.identity.id": identityId,
      "nhi.action.kind": "tool_call",
      "nhi.action.name": "read",
    },
  }));
  return {
    offset,
    key: "g0001",
    value: encodeSpans(spans),
    headers: source === "" ? {} : { "nhi-source": source },
    timestampMs: startMs + minute * 60_000 + 1000,
  };
}

/** A worker under a quota, which holds no state from one chunk to the next. */
export function forgetfulWorker(
  store: MemoryStore,
  newPerHourMax: number,
  onUnadmitted: (count: number) => void = () => undefined,
): PartitionWorker {
  return workerOf(store, {
    control: stillControl(),
    detectors: [outsideGrant],
    recordsMax: 1,
    stateBudget: { bytesMax: 0, bytes: 0 },
    statesReadyMax: 0,
    newPerHourMax,
    onChunk: (_partition, _plan, _counts, { unadmitted }) => onUnadmitted(unadmitted),
  });
}
