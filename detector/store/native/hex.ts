import { hexDigits } from "../../decode/index.ts";

/** Writes the digits of bytes; returns how many. */
export function writeHex(from: Buffer, start: number, length: number, to: DataView, at: number): number {
  for (let step = 0; step < length; step += 1) to.setUint16(at + step * 2, hexPairs[from[start + step]!]!);
  return length * 2;
}

/** Writes the digits of an id that is kept as four big-endian ints; returns how many. */
export function writeInts(ids: Int32Array, from: number, to: DataView, at: number): number {
  for (let step = 0; step < 16; step += 1) {
    const byte = (ids[from + (step >>> 2)]! >>> (24 - (step & 3) * 8)) & 0xff;
    to.setUint16(at + step * 2, hexPairs[byte]!);
  }
  return 32;
}

/** The two digits of each byte. */
const hexPairs = Uint16Array.from(
  { length: 256 },
  (_, byte) => (hexDigits[byte >>> 4]! << 8) | hexDigits[byte & 15]!,
);
