/** OTLP in, checked spans out. Pure: bytes to values, no clock and no I/O. */
export { keyGroup, keyGroupCount, murmur2 } from "./key-group.ts";
export { type DecodeLimits, defaultLimits } from "./limits.ts";
export { decodeOtlp, type OtlpEncoding } from "./otlp.ts";
export { protobufFromJson } from "./otlp-json.ts";
export type { AttributeValue, Decoded, RejectedSpan, Span } from "./span.ts";
export { splitByGroup } from "./split.ts";
export { decodeTraces } from "./traces.ts";
