const firstRows = 64;

/**
 * The numbers that the spans of one chunk carry within their processes, whether a span is an action or not. Texts are
 * codes of the chunk's dictionary.
 */
export class SequenceColumns {
  tenant = new Int32Array(firstRows);
  source = new Int32Array(firstRows);
  process = new Int32Array(firstRows);
  /** Ordinal of the record in the chunk. */
  record = new Int32Array(firstRows);
  /** 1 for a record made when something began, whose end is still to come. */
  isStart = new Int32Array(firstRows);
  seq = new Float64Array(firstRows);
  startedAtUs = new Float64Array(firstRows);
  endedAtUs = new Float64Array(firstRows);
  count = 0;

  /** Adds a row and returns its ordinal; what is in it is left from before. */
  add(): number {
    if (this.count === this.seq.length) this.#grow();
    this.count += 1;
    return this.count - 1;
  }

  clear(): void {
    this.count = 0;
  }

  /** Takes back all rows from `count` on. */
  cut(count: number): void {
    this.count = Math.min(this.count, count);
  }

  #grow(): void {
    const rows = this.count * 2;
    for (const name of ["tenant", "source", "process", "record", "isStart"] as const) {
      const larger = new Int32Array(rows);
      larger.set(this[name]);
      this[name] = larger;
    }
    for (const name of ["seq", "startedAtUs", "endedAtUs"] as const) {
      const larger = new Float64Array(rows);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}
