/** Bytes of bodies that may be in memory at once, over all requests. */
export interface Budget {
  /** Takes `bytes` if they are free. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  usedBytes(): number;
}

export function createBudget(bytesMax: number): Budget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > bytesMax) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
    usedBytes: () => used,
  };
}
