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
  if (areAllRising(columns)) return undefined;
  const lookUp = new LookUp(rowsByProcess(columns), columns, reachUs);
  return lookUp.isEmpty ? undefined : lookUp;
}

/** Whether all that are numbered came in the order of both; says no where it would have to look closer. */
function areAllRising({ count, codes, instants, dictionary }: ActionColumns): boolean {
  const { process, tenant, source } = codes;
  const { endedAtUs, seq } = instants;
  // By their texts, as two codes may stand for one.
  const lastOf = new Map<string, number>();
  let last = -1;
  for (let row = 0; row < count; row += 1) {
    const code = process[row]!;
    if (code === empty || seq[row]! < 0) continue;
    let before: number | undefined = last;
    // Neighbours are mostly of one process.
    if (last === -1 || process[last] !== code) {
      if (last !== -1) lastOf.set(dictionary.text(process[last]!), last);
      before = lastOf.get(dictionary.text(code));
    }
    last = row;
    if (before === undefined) continue;
    if (seq[row]! < seq[before]! || endedAtUs[row]! < endedAtUs[before]!) return false;
    // Of another client that calls its process the same.
    if (tenant[row] !== tenant[before] || source[row] !== source[before]) return false;
  }
  return true;
}

/** What is numbered, a process each: one of its client's, as its name is what the sender says. */
function rowsByProcess({ count, codes, instants, dictionary }: ActionColumns): number[][] {
  const { process, tenant, source } = codes;
  const all = new Map<string, number[]>();
  let last = -1;
  let rows: number[] = [];
  for (let row = 0; row < count; row += 1) {
    if (process[row] === empty || instants.seq[row]! < 0) continue;
    const isAlike =
      last !== -1 &&
      process[row] === process[last] &&
      tenant[row] === tenant[last] &&
      source[row] === source[last];
    last = row;
    if (!isAlike) {
      const key = [tenant, source, process].map((column) => dictionary.text(column[row]!)).join("\0");
      rows = all.get(key) ?? [];
      all.set(key, rows);
    }
    rows.push(row);
  }
  return [...all.values()];
}

/**
 * Rows with a lower number than one that ended before them, by process and end, and over them a tree of the lowest
 * numbers: few rows are looked at, and a look costs the logarithm of them.
 */
class LookUp implements ProcessOrder {
  readonly #endedAtUs: Float64Array;
  readonly #seq: Float64Array;
  readonly #reachUs: number;
  readonly #lower: number[] = [];
  /** Where the lower ones of each process begin in `#lower`, and where the last ones end. */
  readonly #starts: number[] = [0];
  /** Place in `#lower` by row, -1 for the others. */
  readonly #placeOf: Int32Array;
  /** Process by row, of those that have a lower one behind them; -1 for the others. */
  readonly #processOf: Int32Array;
  readonly #leaves: number;
  readonly #lowest: Float64Array;

  constructor(processes: readonly number[][], { count, instants }: ActionColumns, reachUs: number) {
    this.#endedAtUs = instants.endedAtUs;
    this.#seq = instants.seq;
    this.#reachUs = reachUs;
    this.#placeOf = new Int32Array(count).fill(-1);
    this.#processOf = new Int32Array(count).fill(-1);
    for (const rows of processes) this.#sort(rows);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, this.#lower.length)));
    this.#lowest = new Float64Array(this.#leaves * 2).fill(Number.POSITIVE_INFINITY);
  }

  get isEmpty(): boolean {
    return this.#lower.length === 0;
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
    const process = this.#processOf[row]!;
    if (process === -1) return endedUs;
    const to = this.#placeFrom(process, endedUs + this.#reachUs);
    const found = this.#lastBelow(this.#seq[row]!, this.#starts[process]!, to);
    return found === -1 ? endedUs : Math.max(endedUs, this.#endedAtUs[this.#lower[found]!]!);
  }

  /** Takes the rows of a process. */
  #sort(rows: number[]): void {
    const seq = this.#seq;
    const endedAtUs = this.#endedAtUs;
    rows.sort((one, other) => endedAtUs[one]! - endedAtUs[other]!);
    let highest = -1;
    for (const row of rows) {
      if (seq[row]! < highest) this.#placeOf[row] = this.#lower.push(row) - 1;
      else highest = seq[row]!;
    }
    let lowest = Number.POSITIVE_INFINITY;
    for (let nth = rows.length - 1; nth >= 0; nth -= 1) {
      const row = rows[nth]!;
      if (seq[row]! > lowest) this.#processOf[row] = this.#starts.length - 1;
      else lowest = seq[row]!;
    }
    this.#starts.push(this.#lower.length);
  }

  /** The first place of a process that ended then or later. */
  #placeFrom(process: number, us: number): number {
    let from = this.#starts[process]!;
    for (let to = this.#starts[process + 1]!; from < to;) {
      const middle = (from + to) >> 1;
      if (this.#endedAtUs[this.#lower[middle]!]! < us) from = middle + 1;
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
