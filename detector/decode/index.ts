/** OTLP in, checked spans out. Pure: bytes to rows of codes, no clock and no I/O. */
export { absent, Dictionary, empty, hexDigits } from "./dictionary.ts";
export { keyGroup, keyGroupCount, murmur2 } from "./key-group.ts";
export { type DecodeLimits, defaultLimits } from "./limits.ts";
export { type Names, namesOf } from "./names.ts";
export { asProtobuf, type OtlpEncoding } from "./otlp.ts";
export { protobufFromJson } from "./otlp-json.ts";
export { SpanRow, spanKinds, spanStatuses } from "./span-row.ts";
export type { AttributeValue, Decoded, RejectedSpan } from "./span.ts";
export { splitByGroup } from "./split.ts";
export { readTraces } from "./traces.ts";
