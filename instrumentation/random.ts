import { randomBytes } from "node:crypto";

/** As many random bytes, fit for keys. */
export function randomKey(bytes: number): Uint8Array {
  return randomBytes(bytes);
}
