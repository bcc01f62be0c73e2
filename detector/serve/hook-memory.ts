/** Messages, and tasks, that are remembered of all sources; the oldest go first. */
const rememberedMax = 10_000;

/** What came lately, so that a message is taken once and an old one doesn't undo a newer. */
export class HookMemory {
  readonly #seen = new Set<string>();
  readonly #latestMs = new Map<string, number>();

  /** Notes a message; false when it was noted before. */
  take(message: string): boolean {
    if (this.#seen.has(message)) return false;
    this.#seen.add(message);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= rememberedMax) break;
      this.#seen.delete(oldest);
    }
    return true;
  }

  /** The message failed, and may come again. */
  forget(message: string): void {
    this.#seen.delete(message);
  }

  /** Whether something newer is known of a task. */
  isLate(task: string, atMs: number): boolean {
    return atMs < (this.#latestMs.get(task) ?? Number.NEGATIVE_INFINITY);
  }

  note(task: string, atMs: number): void {
    this.#latestMs.delete(task);
    this.#latestMs.set(task, atMs);
    for (const oldest of this.#latestMs.keys()) {
      if (this.#latestMs.size <= rememberedMax) return;
      this.#latestMs.delete(oldest);
    }
  }
}
