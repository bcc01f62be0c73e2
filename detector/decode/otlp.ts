import type { DecodeLimits } from "./limits.ts";
import { protobufFromJson } from "./otlp-json.ts";
import type { Decoded } from "./span.ts";

/** How a request is encoded, in the words of the Collector's Kafka exporter. */
export type OtlpEncoding = "otlp_proto" | "otlp_json";

/**
 * A trace request in either encoding of OTLP as protobuf, which is all that is read and split further on; one that came
 * as protobuf is passed on as it is.
 *
 * @example
 * const taken = asProtobuf(body, "otlp_json", defaultLimits);
 * if (taken.ok) splitByGroup(taken.bytes, (index) => groups.get(index));
 */
export function asProtobuf(
  bytes: Uint8Array,
  encoding: OtlpEncoding,
  limits: DecodeLimits,
): { readonly ok: true; readonly bytes: Uint8Array } | Extract<Decoded, { ok: false }> {
  if (encoding === "otlp_proto") return { ok: true, bytes };
  // Looking over a body and parsing it cost more than decoding, so its size is checked here, too.
  if (bytes.length > limits.inflatedBytesMax) {
    const message = `The request is longer than ${limits.inflatedBytesMax} bytes.`;
    return { ok: false, reason: "too_large", message };
  }
  return protobufFromJson(bytes, limits);
}
