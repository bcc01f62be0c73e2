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

/** Bytes by which a request may grow when it is split: resources and scopes are copied for each of its key groups. */
const growthBytesMax = 8 * 1024 * 1024;

/** Turns a request into records. Pure, and what it returns is bounded by the limits, whatever came in. */
export function take(
  { body, encoding, client }: Pick<IncomingBatch, "body" | "encoding" | "client">,
  options: IntakeOptions,
): Taken {
  const { limits, recordBytesMax } = options;
  if (encoding === "otlp_json" && hasMoreNodes(body, limits.jsonNodesMax))
    return tooLarge(
      `The JSON holds more than ${limits.jsonNodesMax} objects and lists (limits.jsonNodesMax).`,
    );
  const taken = intake(body, encoding, senderOf(client), options);
  if (!taken.ok) return taken;
  if (bytesOf(taken.records) > body.length + growthBytesMax)
    return tooLarge("The request repeats its resources for too many identities; send smaller batches.");
  // A record beyond the limit holds one span: the others were cut until they fit.
  const records = taken.records.filter(({ value }) => value.length <= recordBytesMax);
  const tooLong = Array.from({ length: taken.records.length - records.length }, () => ({
    reason: "too_large",
    message: `One span with its resource is larger than ${recordBytesMax} bytes.`,
  }));
  const rejectedByReason: Record<string, number> = {};
  const messages = new Set<string>();
  for (const { reason, message } of [...taken.rejected, ...tooLong]) {
    rejectedByReason[reason] = (rejectedByReason[reason] ?? 0) + 1;
    if (messages.size < messagesMax) messages.add(message);
  }
  const rejected = taken.rejected.length + tooLong.length;
  return { ok: true, records, spans: taken.spans, rejected, rejectedByReason, messages: [...messages] };
}

const tooLarge = (message: string): Taken => ({ ok: false, reason: "too_large", message });

const bytesOf = (records: readonly OutgoingRecord[]): number =>
  records.reduce((sum, { value }) => sum + value.length, 0);

/** Whether JSON text opens more objects and lists than `max`, outside its strings; nothing of it is parsed yet. */
export function hasMoreNodes(text: Uint8Array, max: number): boolean {
  let nodes = 0;
  let inString = false;
  for (let at = 0; at < text.length && nodes <= max; at += 1) {
    const byte = text[at];
    if (inString && byte === 0x5c) at += 1;
    else if (byte === 0x22) inString = !inString;
    else if (!inString && (byte === 0x7b || byte === 0x5b)) nodes += 1;
  }
  return nodes > max;
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
