/** OTLP in, checked spans out. Pure: bytes to values, no clock and no I/O. */
export { keyGroup, keyGroupCount, murmur2 } from "./key-group.ts";
export { type DecodeLimits, defaultLimits } from "./limits.ts";
export { decodeOtlp, type OtlpEncoding } from "./otlp.ts";
export { protobufFromJson, type Transcoded } from "./otlp-json.ts";
export type {
  Attributes,
  AttributeValue,
  Decoded,
  RejectedSpan,
  RejectReason,
  Span,
  SpanKind,
} from "./span.ts";
export { splitByGroup } from "./split.ts";
export { type DecodeOptions, decodeTraces } from "./traces.ts";
