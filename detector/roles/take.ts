import { speaksFor } from "../ingest/auth.ts";
import type { Client, IncomingBatch } from "../ingest/ports.ts";
import { intake, type IntakeOptions, type Sender } from "../stream/intake.ts";
import type { OutgoingRecord } from "../stream/ports.ts";

/** What one request comes to: records for the log, and what its sender is told of the spans that are not in them. */
export type Taken =
  | {
      readonly ok: true;
      readonly records: readonly OutgoingRecord[];
      /** All spans of the request, those among them that were rejected too. */
      readonly spans: number;
      readonly rejected: number;
      readonly rejectedByReason: Readonly<Record<string, number>>;
      readonly messages: readonly string[];
    }
  | { readonly ok: false; readonly reason: string; readonly message: string };

/** Different sentences kept of one request; its sender is shown a few. */
const messagesMax = 100;

/** Turns a request into records. Pure, and what it returns beside the records is small, whatever came in. */
export function take(
  { body, encoding, client }: Pick<IncomingBatch, "body" | "encoding" | "client">,
  options: IntakeOptions,
): Taken {
  const taken = intake(body, encoding, senderOf(client), options);
  if (!taken.ok) return taken;
  const rejectedByReason: Record<string, number> = {};
  const messages = new Set<string>();
  for (const { reason, message } of taken.rejected) {
    rejectedByReason[reason] = (rejectedByReason[reason] ?? 0) + 1;
    if (messages.size < messagesMax) messages.add(message);
  }
  const { records, spans, rejected } = taken;
  return { ok: true, records, spans, rejected: rejected.length, rejectedByReason, messages: [...messages] };
}

function senderOf(client: Client): Sender {
  return {
    tenant: client.tenant,
    source: client.name,
    speaksFor: (identityId) => speaksFor(client, identityId),
    // A pattern says what a client may say; only a name of its own proves who it is.
    proves: (identityId) =>
      client.authenticated && client.identities.includes(identityId) && !identityId.includes("*"),
  };
}
