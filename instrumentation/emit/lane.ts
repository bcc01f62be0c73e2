import type { Entry } from "./finished-span.ts";

/** Spans in the order in which they came. Taking from the front costs nothing, however many wait. */
export class Lane {
  #entries: (Entry | undefined)[] = [];
  #first = 0;
  bytes = 0;

  get length(): number {
    return this.#entries.length - this.#first;
  }

  /** What the next one holds in memory; 0 where there is none. */
  get nextBytes(): number {
    return this.#entries[this.#first]?.bytes ?? 0;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.bytes += entry.bytes;
  }

  /** Puts what was taken back where it was. */
  unshift(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries, ...this.#entries.slice(this.#first)];
    this.#first = 0;
    for (const { bytes } of entries) this.bytes += bytes;
  }

  shift(): Entry | undefined {
    const entry = this.#entries[this.#first];
    if (entry === undefined) return undefined;
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    this.bytes -= entry.bytes;
    // Room of what was taken is given back once it is half of all.
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return entry;
  }
}
