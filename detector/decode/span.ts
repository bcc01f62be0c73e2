/** Value of a span attribute as the detector sees it. 64-bit integers beyond 2^53 are decimal text; bytes are hex. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

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
  | "identity_too_long"
  | "identity_not_allowed";

/** What became of a request: all its spans, rejected ones counted too, or nothing. */
export type Decoded =
  | { readonly ok: true; readonly spans: number; readonly rejected: readonly RejectedSpan[] }
  | {
      readonly ok: false;
      readonly reason: "malformed" | "too_large" | "too_many_spans" | "nested_too_deep";
      readonly message: string;
    };
