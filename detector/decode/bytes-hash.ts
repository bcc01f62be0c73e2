/** A hash of the length, the last and the middle four bytes, which is where names and ids differ. */
export function sampleOf(view: DataView, start: number, length: number): number {
  if (length < 4) {
    let hash = length;
    for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ view.getUint8(start + at), 0x01000193);
    return hash ^ (hash >>> 15);
  }
  const last = view.getInt32(start + length - 4, true);
  const middle = view.getInt32(start + ((length - 4) >> 1), true);
  const hash = Math.imul(Math.imul(last ^ length, 0x5bd1e995) ^ middle, 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

/** Compares four bytes at a time; the last four overlap the ones before where the length is not a multiple. */
export function isSame(one: DataView, at: number, other: DataView, start: number, length: number): boolean {
  if (length < 4) {
    for (let step = 0; step < length; step += 1) {
      if (one.getUint8(at + step) !== other.getUint8(start + step)) return false;
    }
    return true;
  }
  const last = length - 4;
  for (let step = 0; step < last; step += 4) {
    if (one.getInt32(at + step, true) !== other.getInt32(start + step, true)) return false;
  }
  return one.getInt32(at + last, true) === other.getInt32(start + last, true);
}

/** Whether no byte has its highest bit set. */
export function isAscii(view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) if ((view.getInt32(at, true) & 0x80808080) !== 0) return false;
  for (; at < end; at += 1) if (view.getUint8(at) >= 0x80) return false;
  return true;
}
