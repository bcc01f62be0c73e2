/** Value of a span attribute as the detector sees it. 64-bit integers beyond 2^53 are decimal text; bytes are hex. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = ReadonlyMap<string, AttributeValue>;

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";

/** One span as it came in, checked: ids are there, instants are usable, limits are kept. */
export interface Span {
  /** Ordinal within the request, rejected spans counted too. */
  readonly index: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Microseconds since 1970. */
  readonly startedAtUs: number;
  readonly endedAtUs: number;
  readonly status: "unset" | "ok" | "error";
  readonly attributes: Attributes;
  /** Attributes of the resource and the name of the scope; shared by the spans under them. */
  readonly resource: Attributes;
  readonly scopeName: string;
}

/** A span that can't be taken, with a reason for its sender; it costs its neighbours nothing. */
export interface RejectedSpan {
  readonly index: number;
  readonly reason: RejectReason;
  /** One sentence that names what is wrong; it never quotes a value. */
  readonly message: string;
}

/** Reasons in the words of the counters. */
export type RejectReason =
  | "malformed"
  | "invalid_id"
  | "invalid_time"
  | "invalid_utf8"
  | "too_many_attributes"
  | "value_too_long"
  | "nested_too_deep"
  | "identity_unknown"
  | "identity_not_allowed";

export type Decoded =
  | { readonly ok: true; readonly spans: readonly Span[]; readonly rejected: readonly RejectedSpan[] }
  | {
      readonly ok: false;
      readonly reason: "malformed" | "too_large" | "too_many_spans" | "nested_too_deep";
      readonly message: string;
    };
