import type { Dictionary } from "../decode/index.ts";

/** Columns of codes. */
const codeColumns = [
  "tenant",
  "source",
  "chain",
  "session",
  "task",
  "trace",
  "identity",
  "identityKind",
  "strength",
  "identityRule",
  "owner",
  "kind",
  "operation",
  "rule",
  "resource",
  "resourceKind",
  "resourceOrigin",
  "network",
  "credential",
  "claimedGrant",
  "claimedApproval",
  "status",
  "errorType",
  "verdict",
  "outcome",
  "reason",
] as const;

/** Columns of whole numbers. */
const numberColumns = [
  /** Ordinal of the record in the chunk, and of the span in its record. */
  "record",
  "index",
  /** Where the ids of trace, span and parent lie in the bytes of the dictionary; the parent's is below 0 for a root. */
  "traceIdAt",
  "spanIdAt",
  "parentIdAt",
  "isStart",
  "step",
  /** Index into `paths`, `resources` (-1: none but the main one) and `stored`, the last up to that of the next row. */
  "path",
  "resources",
  "stored",
  "mutating",
] as const;

const instantColumns = ["startedAtUs", "endedAtUs"] as const;

type CodeColumns = { [Name in (typeof codeColumns)[number] | (typeof numberColumns)[number]]: Int32Array };
type InstantColumns = { [Name in (typeof instantColumns)[number]]: Float64Array };

const firstRows = 1024;
/** Ints of an action's id: 128 bits. */
export const idInts = 4;

/** The resources of an action beside the main one: codes of id, kind and origin in turn. */
export type FurtherResources = readonly number[];

/**
 * The actions of one chunk, a column for each property: texts are codes of the dictionary, -1 or 0 stand for "none" as
 * each column says. One row is 140 bytes where an object of the same is two thousand.
 */
export class ActionColumns {
  readonly dictionary: Dictionary;
  readonly codes = Object.fromEntries(
    [...codeColumns, ...numberColumns].map((name) => [name, new Int32Array(firstRows)]),
  ) as CodeColumns;
  readonly instants = Object.fromEntries(
    instantColumns.map((name) => [name, new Float64Array(firstRows)]),
  ) as InstantColumns;
  /** Ids of the actions, `idInts` big-endian ints each. */
  ids = new Int32Array(firstRows * idInts);
  count = 0;
  /** Delegation paths: codes of identities, root first. */
  readonly paths: (readonly number[])[] = [];
  readonly resources: FurtherResources[] = [];
  /** Attributes that are kept: pairs of a name's code and a value's. */
  readonly stored: number[] = [];

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
  }

  clear(): void {
    this.dictionary.clear();
    this.count = 0;
    this.paths.length = 0;
    this.resources.length = 0;
    this.stored.length = 0;
  }

  /** Adds a row and returns its ordinal; what is in it is left from before. */
  add(): number {
    if (this.count === this.codes.tenant.length) this.#grow();
    this.count += 1;
    return this.count - 1;
  }

  /** Where the kept attributes of a row end. */
  storedEnd(row: number): number {
    return row + 1 < this.count ? this.codes.stored[row + 1]! : this.stored.length;
  }

  /** Takes back all rows from `count` on. */
  cut(count: number): void {
    if (count >= this.count) return;
    this.stored.length = this.codes.stored[count]!;
    this.count = count;
  }

  #grow(): void {
    const rows = this.count * 2;
    for (const name of [...codeColumns, ...numberColumns]) {
      const larger = new Int32Array(rows);
      larger.set(this.codes[name]);
      this.codes[name] = larger;
    }
    for (const name of instantColumns) {
      const larger = new Float64Array(rows);
      larger.set(this.instants[name]);
      this.instants[name] = larger;
    }
    const ids = new Int32Array(rows * idInts);
    ids.set(this.ids);
    this.ids = ids;
  }
}
