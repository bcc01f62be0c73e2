import type { IntegrityStore, StoredRow } from "./ports.ts";

/** Rows may become visible this long after the instant they carry; so long they are asked for again. */
export const overlapMs = 60_000;

/** Chunks whose rows are in memory at once. */
const chunksAtOnce = 100;

/** Reads what the store has that was not read before. */
export class NewRows {
  readonly #store: Pick<IntegrityStore, "chunks" | "rows">;
  readonly #begunMs: number;
  /** Chunks that were read, by when they were stored. */
  readonly #read = new Map<string, number>();
  #cursorMs: number;

  constructor(store: Pick<IntegrityStore, "chunks" | "rows">, begunMs: number) {
    this.#store = store;
    this.#begunMs = begunMs;
    this.#cursorMs = begunMs;
  }

  /** Gives each new row once. After a failure the rows of the chunks under way may come again. */
  async read(onRow: (row: StoredRow) => void): Promise<void> {
    const chunks = await this.#store.chunks(Math.max(this.#begunMs, this.#cursorMs - overlapMs));
    const unread = chunks.filter(({ key }) => !this.#read.has(key));
    for (let from = 0; from < unread.length; from += chunksAtOnce) {
      const some = unread.slice(from, from + chunksAtOnce);
      for (const row of await this.#store.rows(some)) onRow(row);
      for (const { key, storedAtMs } of some) {
        this.#read.set(key, storedAtMs);
        this.#cursorMs = Math.max(this.#cursorMs, storedAtMs);
      }
    }
    for (const [key, storedAtMs] of this.#read)
      if (storedAtMs < this.#cursorMs - overlapMs) this.#read.delete(key);
  }
}
