import { encodeSpans } from "./otlp.ts";
import type { ReplaySpan } from "./span-of-line.ts";
import type { ReplayTarget } from "./target.ts";

/** A producer of records. Resolves once they are durable, and keeps the order of records with the same key. */
export interface RecordSender {
  send(records: readonly { readonly key: string; readonly value: Uint8Array }[]): Promise<void>;
}

/** Sends batches to a raw OTLP topic: one record an identity, keyed by it, its spans in the order they came. */
export function kafkaTarget(name: string, sender: RecordSender): ReplayTarget {
  return {
    name,
    send: async (spans) => {
      const records = [...byIdentity(spans)].map(([key, own]) => ({ key, value: encodeSpans(own) }));
      await sender.send(records);
      return { rejected: 0, message: "" };
    },
  };
}

function byIdentity(spans: readonly ReplaySpan[]): Map<string, ReplaySpan[]> {
  const groups = new Map<string, ReplaySpan[]>();
  for (const span of spans) {
    const group = groups.get(span.identityId);
    if (group === undefined) groups.set(span.identityId, [span]);
    else group.push(span);
  }
  return groups;
}
