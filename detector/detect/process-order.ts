import type { ActionColumns } from "../attribute/action-columns.ts";
import { empty } from "../decode/index.ts";

/** What a process numbered before a row and says to have ended after it. */
export interface ProcessOrder {
  /** A row has come. */
  add(row: number): void;
  /**
   * The latest end, in microseconds since 1970, of what has come of a row's process under a lower number, if that is less
   * than `reachUs` after the row's own; else the row's own.
   */
  latestUs(row: number): number;
}

/**
 * Undefined when numbers and ends of each process rise together, which is what nearly all do: then there is nothing to
 * look up, and finding that out is all it costs.
 */
export function processOrder(columns: ActionColumns, reachUs: number): ProcessOrder | undefined {
  const { process } = columns.codes;
  const { endedAtUs, seq } = columns.instants;
  const processes = new Processes(columns);
  const processOf = new Int32Array(columns.count).fill(-1);
  const last: number[] = [];
  const isMixed: boolean[] = [];
  let mixed = 0;
  for (let row = 0; row < columns.count; row += 1) {
    if (process[row] === empty || seq[row]! < 0) continue;
    const nth = processes.ordinalOf(row);
    processOf[row] = nth;
    const before = last[nth] ?? row;
    if (seq[row]! < seq[before]! || endedAtUs[row]! < endedAtUs[before]!) {
      if (isMixed[nth] !== true) mixed += 1;
      isMixed[nth] = true;
    }
    last[nth] = row;
  }
  if (mixed === 0) return undefined;
  const rows = Int32Array.from(processOf.keys()).filter((row) => isMixed[processOf[row]!] === true);
  return new LookUp(rows, processOf, columns, reachUs);
}

/** Processes of a chunk by ordinal. A process is one of its client's: its name is what the sender says. */
class Processes {
  readonly #columns: ActionColumns;
  /** Ordinal by the code of the name, plus one, and a row of it. */
  readonly #ordinals: Int32Array;
  readonly #rows: Int32Array;
  readonly #known = new Map<string, number>();

  constructor(columns: ActionColumns) {
    this.#columns = columns;
    this.#ordinals = new Int32Array(columns.dictionary.count);
    this.#rows = new Int32Array(columns.dictionary.count);
  }

  ordinalOf(row: number): number {
    const { process, tenant, source } = this.#columns.codes;
    const code = process[row]!;
    const like = this.#rows[code]!;
    const known = this.#ordinals[code]!;
    if (known > 0 && tenant[row] === tenant[like] && source[row] === source[like]) return known - 1;
    const text = (one: number): string => this.#columns.dictionary.text(one);
    // By their texts, as two codes may stand for one.
    const key = JSON.stringify([text(tenant[row]!), text(source[row]!), text(code)]);
    const ordinal = this.#known.get(key) ?? this.#known.size;
    this.#known.set(key, ordinal);
    this.#ordinals[code] = ordinal + 1;
    this.#rows[code] = row;
    return ordinal;
  }
}

/** Rows by process and end, and over them a tree of the lowest numbers, so that a look costs the logarithm of all. */
class LookUp implements ProcessOrder {
  readonly #rows: Int32Array;
  readonly #processOf: Int32Array;
  readonly #endedAtUs: Float64Array;
  readonly #seq: Float64Array;
  readonly #reachUs: number;
  /** By row; -1 for those that aren't looked at. */
  readonly #placeOf: Int32Array;
  readonly #leaves: number;
  readonly #lowest: Float64Array;

  constructor(
    rows: Int32Array,
    processOf: Int32Array,
    { count, instants: { endedAtUs, seq } }: ActionColumns,
    reachUs: number,
  ) {
    this.#rows = rows.toSorted(
      (one, other) => processOf[one]! - processOf[other]! || endedAtUs[one]! - endedAtUs[other]!,
    );
    this.#processOf = processOf;
    this.#endedAtUs = endedAtUs;
    this.#seq = seq;
    this.#reachUs = reachUs;
    this.#placeOf = new Int32Array(count).fill(-1);
    this.#rows.forEach((row, place) => (this.#placeOf[row] = place));
    this.#leaves = 2 ** Math.ceil(Math.log2(rows.length));
    this.#lowest = new Float64Array(this.#leaves * 2).fill(Number.POSITIVE_INFINITY);
  }

  add(row: number): void {
    const place = this.#placeOf[row]!;
    if (place === -1) return;
    const seq = this.#seq[row]!;
    for (let node = this.#leaves + place; node > 0 && this.#lowest[node]! > seq; node >>= 1)
      this.#lowest[node] = seq;
  }

  latestUs(row: number): number {
    const endedUs = this.#endedAtUs[row]!;
    const place = this.#placeOf[row]!;
    if (place === -1) return endedUs;
    const found = this.#lastBelow(this.#seq[row]!, place + 1, this.#placeAfter(row));
    return found === -1 ? endedUs : this.#endedAtUs[this.#rows[found]!]!;
  }

  /** The first place beyond what is within reach of a row. */
  #placeAfter(row: number): number {
    const limitUs = this.#endedAtUs[row]! + this.#reachUs;
    let from = this.#placeOf[row]! + 1;
    for (let to = this.#rows.length; from < to; ) {
      const middle = (from + to) >> 1;
      const other = this.#rows[middle]!;
      if (this.#processOf[other] === this.#processOf[row] && this.#endedAtUs[other]! < limitUs)
        from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The last place of `from` to `to` (exclusive) with a lower number; -1 without one. */
  #lastBelow(seq: number, from: number, to: number, node = 1, left = 0, width = this.#leaves): number {
    if (left >= to || left + width <= from || this.#lowest[node]! >= seq) return -1;
    if (width === 1) return left;
    const half = width / 2;
    const right = this.#lastBelow(seq, from, to, node * 2 + 1, left + half, half);
    return right === -1 ? this.#lastBelow(seq, from, to, node * 2, left, half) : right;
  }
}
