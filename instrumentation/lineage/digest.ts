/** Key of one process; drawn at its start, never kept elsewhere. */
export interface DigestKey {
  readonly low: number;
  readonly high: number;
}

/** The key in these 8 bytes. */
export function digestKey(bytes: Uint8Array): DigestKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { low: view.getInt32(0, true), high: view.getInt32(4, true) };
}

/**
 * Keyed digest of a part of a text, 32 bits: HalfSipHash-1-3, which hash tables use against chosen input. It keeps
 * plain values out of memory, dumps and logs; it is no secret before somebody who reads the key out of the same memory
 * and tries a dictionary, to whom the host's own strings are open anyway.
 */
export function digest(key: DigestKey, text: string, start: number, end: number): number {
  let v0 = key.low;
  let v1 = key.high;
  let v2 = key.low ^ 0x6c796765;
  let v3 = key.high ^ 0x74656462;
  // Two code units a word; then a word of the length and the unit left over; then three rounds without input.
  const pairs = start + ((end - start) & ~1);
  for (let at = start, left = 4; left > 0;) {
    let word = 0;
    if (at < pairs) {
      word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      at += 2;
    } else if (left === 4) {
      word = ((end - start) << 16) | (at < end ? text.charCodeAt(at) : 0);
      left -= 1;
    } else {
      if (left === 3) v2 ^= 0xff;
      left -= 1;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
