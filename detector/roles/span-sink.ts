import type { AcceptResult, IncomingBatch, SpanSink } from "../ingest/ports.ts";
import type { ShedReason } from "../ingest/shed.ts";
import type { LocalPipeline } from "../stream/local-pipeline.ts";
import type { Counters } from "../telemetry.ts";
import type { IntakePool } from "./intake-pool.ts";

export interface SpanSinkOptions {
  /** Bytes of spans waiting for the store beyond which senders are asked to slow down. */
  readonly queueSoftBytesMax: number;
}

/** A store that answered nothing for so long is away: what its senders would wait for may not come. */
const storeAwayAfterMs = 10_000;

/** Takes requests of the receiver into the local pipeline; answers `stored` once the rows are. */
export function spanSink(
  pipeline: LocalPipeline,
  pool: IntakePool,
  counters: Counters,
  { queueSoftBytesMax }: SpanSinkOptions,
): SpanSink {
  const overload = (): ShedReason | undefined => {
    if (pipeline.stalledMs() > storeAwayAfterMs) return "store_away";
    return pipeline.waitingBytes() > queueSoftBytesMax ? "queue_soft" : undefined;
  };
  return {
    overload,
    async accept(batch: IncomingBatch): Promise<AcceptResult> {
      const taken = await pool.take(batch);
      batch.onDecoded();
      if (!taken.ok) {
        counters.count("answerable_requests_unreadable_total", { reason: taken.reason });
        return { kind: "refused", message: taken.message };
      }
      const ended = (note: (spans: number) => void): void => {
        // All in one go: whoever looks sees spans received = accepted + rejected + shed.
        counters.count("answerable_spans_received_total", {}, taken.spans);
        for (const [reason, count] of Object.entries(taken.rejectedByReason))
          counters.count("answerable_spans_rejected_total", { reason }, count);
        note(taken.spans - taken.rejected);
      };
      const shed = (reason: string): void =>
        ended((spans) => counters.count("answerable_spans_shed_total", { reason }, spans));
      let isTaken = true;
      try {
        if (taken.records.length > 0) isTaken = await pipeline.append(taken.records);
      } catch (error) {
        shed("failed");
        throw error;
      }
      if (!isTaken) {
        shed("queue_full");
        return { kind: "shed", reason: "queue_full" };
      }
      ended((spans) => counters.count("answerable_spans_accepted_total", {}, spans));
      return { kind: "stored", rejected: taken.rejected, messages: taken.messages };
    },
  };
}
