/** A partition whose newest chunk was stored this much after the log took it is behind. */
const lagMs = 30_000;

/** A chunk of a partition as it was stored. */
export interface StoredChunk {
  readonly topic: string;
  readonly partition: number;
  readonly receivedAtMs: number;
  readonly storedAtMs: number;
}

/**
 * How far the partitions are behind the log. Numbers of one process lie in several; what one that is behind still holds is
 * not missing.
 */
export class Lag {
  readonly #newest = new Map<string, StoredChunk>();

  add(chunk: StoredChunk): void {
    const key = `${chunk.topic}:${String(chunk.partition)}`;
    const newest = this.#newest.get(key);
    if (newest === undefined || chunk.receivedAtMs > newest.receivedAtMs) this.#newest.set(key, chunk);
  }

  /** Up to when, by the log's clock, every partition that is catching up has stored everything; infinity when none is. */
  completeUntilMs(nowMs: number, catchingUpMs: number): number {
    let until = Number.POSITIVE_INFINITY;
    for (const { receivedAtMs, storedAtMs } of this.#newest.values()) {
      const isBehind = storedAtMs - receivedAtMs > lagMs && nowMs - storedAtMs < catchingUpMs;
      if (isBehind) until = Math.min(until, receivedAtMs);
    }
    return until;
  }
}
