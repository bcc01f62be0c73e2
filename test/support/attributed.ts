import type { Origin } from "../../detector/attribute/attribute.ts";
import { defaultLimits } from "../../detector/decode/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import { headersOf } from "../../detector/stream/headers.ts";
import type { DeadLetter } from "../../detector/stream/ports.ts";
import { actionAt, type AttributedAction } from "./actions.ts";
import { encodedSpans } from "./encoded-spans.ts";
import type { Span } from "./span.ts";

/** What became of a span. */
export type Attributed =
  | { readonly kind: "action"; readonly action: AttributedAction }
  | { readonly kind: "no_action" }
  | { readonly kind: "rejected"; readonly rejected: DeadLetter };

const partition = { topic: "nhi.spans", partition: 0 };
const reader = new ChunkReader(shippedAttributor(), defaultLimits);

/** Sends a span through the decoder and the shipped table, as OTLP under the headers that its receiver would write. */
export function attributed(
  span: Span,
  origin: Origin = { tenant: "default", source: "", verified: new Set(), bound: false },
): Attributed {
  const record = {
    offset: 0,
    key: "g0000",
    value: encodedSpans([span]),
    headers: headersOf("g0000", 1024, origin),
    timestampMs: 0,
  };
  const { deadLetters } = reader.read(partition, [record], 0);
  const [rejected] = deadLetters;
  if (rejected !== undefined) return { kind: "rejected", rejected };
  return reader.columns.count === 0
    ? { kind: "no_action" }
    : { kind: "action", action: actionAt(reader.columns, 0) };
}
