import { randomBytes, randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4096);
let at = pool.byteLength;

/** Random bytes as lower-case hex, out of a pool: one call of the system for some two hundred ids. */
export function randomHex(bytes: number): string {
  if (at + bytes > pool.byteLength) {
    randomFillSync(pool);
    at = 0;
  }
  at += bytes;
  return pool.toString("hex", at - bytes, at);
}

/** A number from 0.5 to 1: processes that failed together must not come back together. */
export function jitter(): number {
  return 0.5 + Number.parseInt(randomHex(2), 16) / 0x1_ffff;
}

/** As many random bytes, fit for keys: drawn for themselves, and in no pool. */
export function randomKey(bytes: number): Uint8Array {
  return randomBytes(bytes);
}
