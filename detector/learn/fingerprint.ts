import { hash } from "node:crypto";

/** Stands for a text that need not be read back: the first 64 bits of its SHA-256, in two ints. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/** Fingerprints kept at hand, as an identity uses the same few values over and over; all are forgotten at once when full. */
const keptMax = 16_384;
const kept = new Map<string, Fingerprint>();

/** The fingerprint of a text. */
export function fingerprintOf(text: string): Fingerprint {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const digest = hash("sha256", text, "binary");
  const made = { high: intAt(digest, 0), low: intAt(digest, 4) };
  if (kept.size >= keptMax) kept.clear();
  kept.set(text, made);
  return made;
}

function intAt(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)
  );
}
