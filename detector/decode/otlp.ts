import { defaultLimits } from "./limits.ts";
import { protobufFromJson } from "./otlp-json.ts";
import type { Decoded } from "./span.ts";
import { type DecodeOptions, decodeTraces } from "./traces.ts";

/** How a request is encoded, in the words of the Collector's Kafka exporter. */
export type OtlpEncoding = "otlp_proto" | "otlp_json";

/**
 * Decodes a trace request in either encoding of OTLP. `protobuf` is the same request as protobuf, for splitting: what
 * came in when it was protobuf already, and no bytes when the request is refused.
 *
 * @example
 * const { decoded, protobuf } = decodeOtlp(body, "otlp_json");
 * if (decoded.ok) splitByGroup(protobuf, (index) => groups.get(index));
 */
export function decodeOtlp(
  bytes: Uint8Array,
  encoding: OtlpEncoding,
  options: DecodeOptions = {},
): { readonly decoded: Decoded; readonly protobuf: Uint8Array } {
  if (encoding === "otlp_proto") return whenTaken(decodeTraces(bytes, options), bytes);
  const { limits = defaultLimits } = options;
  // Looking over a body and parsing it cost more than decoding, so its size is checked here, too.
  if (bytes.length > limits.inflatedBytesMax) return whenTaken(decodeTraces(bytes, options), bytes);
  const made = protobufFromJson(bytes, limits);
  return made.ok ? whenTaken(decodeTraces(made.bytes, options), made.bytes) : whenTaken(made, bytes);
}

const nothing = new Uint8Array(0);

const whenTaken = (decoded: Decoded, protobuf: Uint8Array): { decoded: Decoded; protobuf: Uint8Array } => ({
  decoded,
  protobuf: decoded.ok ? protobuf : nothing,
});
