import { intake, type IntakeOptions } from "../stream/intake.ts";
import type { LocalPipeline } from "../stream/local-pipeline.ts";
import { speaksFor } from "../ingest/auth.ts";
import type { AcceptResult, Client, IncomingBatch, SpanSink } from "../ingest/ports.ts";
import type { Counters } from "../telemetry.ts";

/** How long a sender is asked to wait when the store is behind. */
const retryAfterSeconds = 5;

/** Takes requests of the receiver into the local pipeline; answers `stored` once the rows are. */
export function spanSink(pipeline: LocalPipeline, counters: Counters, options: IntakeOptions): SpanSink {
  return {
    async accept(batch: IncomingBatch): Promise<AcceptResult> {
      const taken = intake(batch.body, batch.encoding, senderOf(batch.client), options);
      if (!taken.ok) {
        counters.count("answerable_requests_unreadable_total", { reason: taken.reason });
        return { kind: "refused", message: taken.message };
      }
      const ended = (count: (spans: number) => void): void => {
        // All in one go: whoever looks sees spans received = accepted + rejected + shed.
        counters.count("answerable_spans_received_total", {}, taken.spans);
        for (const { reason } of taken.rejected)
          counters.count("answerable_spans_rejected_total", { reason });
        count(taken.spans - taken.rejected.length);
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
        shed("busy");
        return {
          kind: "busy",
          retryAfterSeconds,
          message: "The store is behind; nothing of this request was taken.",
        };
      }
      ended((spans) => counters.count("answerable_spans_accepted_total", {}, spans));
      return {
        kind: "stored",
        rejected: taken.rejected.length,
        messages: taken.rejected.map((one) => one.message),
      };
    },
  };
}

function senderOf(client: Client): Parameters<typeof intake>[2] {
  return {
    tenant: client.tenant,
    source: client.name,
    speaksFor: (identityId) => speaksFor(client, identityId),
    // A pattern says what a client may say; only a name of its own proves who it is.
    proves: (identityId) =>
      client.authenticated && client.identities.includes(identityId) && !identityId.includes("*"),
  };
}
