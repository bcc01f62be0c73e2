import { createHash } from "node:crypto";

/** Hex digits of a computed id: 128 bits of SHA-256, so that a hostile sender can't make two things share one. */
const idDigits = 32;

/**
 * A computed id: the same parts give the same id on every replay. The parts are joined by NUL, which none of them holds
 * as a separator of its own meaning, so `["ab", "c"]` and `["a", "bc"]` differ.
 *
 * @example
 * const id = computedId("finding", "first-use", "1", "agent:triage");
 */
export function computedId(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, idDigits);
}

/**
 * Id of an action: `sha256(trace id ‖ span id ‖ phase)` over the raw bytes of the ids, cut to 128 bits.
 * The formula is part of the contract: every language that attributes must give the same id.
 */
export function actionId(traceId: string, spanId: string, phase: "start" | "end"): string {
  return createHash("sha256")
    .update(traceId, "hex")
    .update(spanId, "hex")
    .update(phase)
    .digest("hex")
    .slice(0, idDigits);
}

/** Fingerprints kept at hand, as an identity uses the same few values over and over; all are forgotten at once when full. */
const fingerprintsMax = 8192;
const fingerprints = new Map<string, string>();

/** A short fingerprint of a value that is remembered but never needs to be read back: 72 bits, 12 characters. */
export function fingerprint(value: string): string {
  const known = fingerprints.get(value);
  if (known !== undefined) return known;
  const made = createHash("sha256").update(value).digest("base64url").slice(0, 12);
  if (fingerprints.size >= fingerprintsMax) fingerprints.clear();
  fingerprints.set(value, made);
  return made;
}
