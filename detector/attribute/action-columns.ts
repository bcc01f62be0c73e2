import type { Dictionary } from "../decode/index.ts";
import { SequenceColumns } from "./sequence-columns.ts";

const firstRows = 64;
/** Ints of an action's id: 128 bits. */
export const idInts = 4;

/** Columns of codes and of other whole numbers. Written out: an object made from a list of names is slow to read. */
class IntColumns {
  tenant = new Int32Array(firstRows);
  source = new Int32Array(firstRows);
  chain = new Int32Array(firstRows);
  session = new Int32Array(firstRows);
  task = new Int32Array(firstRows);
  trace = new Int32Array(firstRows);
  identity = new Int32Array(firstRows);
  identityKind = new Int32Array(firstRows);
  strength = new Int32Array(firstRows);
  identityRule = new Int32Array(firstRows);
  /** The identity that was claimed in vain, `absent` for none. */
  contradicted = new Int32Array(firstRows);
  owner = new Int32Array(firstRows);
  kind = new Int32Array(firstRows);
  operation = new Int32Array(firstRows);
  rule = new Int32Array(firstRows);
  resource = new Int32Array(firstRows);
  resourceKind = new Int32Array(firstRows);
  resourceOrigin = new Int32Array(firstRows);
  network = new Int32Array(firstRows);
  credential = new Int32Array(firstRows);
  claimedGrant = new Int32Array(firstRows);
  claimedApproval = new Int32Array(firstRows);
  status = new Int32Array(firstRows);
  errorType = new Int32Array(firstRows);
  verdict = new Int32Array(firstRows);
  outcome = new Int32Array(firstRows);
  reason = new Int32Array(firstRows);
  /** Ordinal of the record in the chunk, and of the span in its record. */
  record = new Int32Array(firstRows);
  index = new Int32Array(firstRows);
  /** Where the ids of trace, span and parent lie in the bytes of the dictionary; the parent's is below 0 for a root. */
  traceIdAt = new Int32Array(firstRows);
  spanIdAt = new Int32Array(firstRows);
  parentIdAt = new Int32Array(firstRows);
  phase = new Int32Array(firstRows);
  step = new Int32Array(firstRows);
  /** Index into `paths`. */
  path = new Int32Array(firstRows);
  /** Index into `resources`, -1 when there is none but the main one. */
  resources = new Int32Array(firstRows);
  /** Where the kept attributes begin in `stored`; they end where those of the next row begin. */
  stored = new Int32Array(firstRows);
  mutating = new Int32Array(firstRows);
  /** The process it came out of. */
  process = new Int32Array(firstRows);
}

/** Instants, and a number that needs as many bits. */
class InstantColumns {
  startedAtUs = new Float64Array(firstRows);
  endedAtUs = new Float64Array(firstRows);
  /** Number of the span within its process, -1 without one. */
  seq = new Float64Array(firstRows);
}

/** The resources of an action beside the main one: codes of id, kind and origin in turn. */
export type FurtherResources = readonly number[];

/**
 * The actions of one chunk, a column for each property: texts are codes of the dictionary, -1 or 0 stand for "none" as
 * each column says. One row is 140 bytes where an object of the same is two thousand.
 */
export class ActionColumns {
  readonly dictionary: Dictionary;
  readonly codes = new IntColumns();
  readonly instants = new InstantColumns();
  /** Numbers of all spans, actions or not. */
  readonly sequences = new SequenceColumns();
  /** Ids of the actions, `idInts` big-endian ints each. */
  ids = new Int32Array(firstRows * idInts);
  count = 0;
  /** Delegation paths: codes of identities, root first. */
  readonly paths: (readonly number[])[] = [];
  readonly resources: FurtherResources[] = [];
  /** Attributes that are kept: pairs of a name's code and a value's. */
  stored = new Int32Array(firstRows * 16);
  storedCount = 0;

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
  }

  clear(): void {
    this.dictionary.clear();
    this.sequences.clear();
    this.count = 0;
    this.paths.length = 0;
    this.resources.length = 0;
    this.storedCount = 0;
  }

  /** Adds a row and returns its ordinal; what is in it is left from before. */
  add(): number {
    if (this.count === this.codes.tenant.length) this.#grow();
    this.count += 1;
    return this.count - 1;
  }

  /** Where the kept attributes of a row end. */
  storedEnd(row: number): number {
    return row + 1 < this.count ? this.codes.stored[row + 1]! : this.storedCount;
  }

  /** Adds a kept attribute to the last row. */
  keep(name: number, value: number): void {
    if (this.storedCount + 2 > this.stored.length)
      this.stored = grown(this.stored, new Int32Array(this.stored.length * 2));
    this.stored[this.storedCount] = name;
    this.stored[this.storedCount + 1] = value;
    this.storedCount += 2;
  }

  /** Takes back all rows from `count` on. */
  cut(count: number): void {
    if (count >= this.count) return;
    this.storedCount = this.codes.stored[count]!;
    this.count = count;
  }

  #grow(): void {
    const rows = this.count * 2;
    for (const name of namesOf(this.codes)) this.codes[name] = grown(this.codes[name], new Int32Array(rows));
    for (const name of namesOf(this.instants))
      this.instants[name] = grown(this.instants[name], new Float64Array(rows));
    this.ids = grown(this.ids, new Int32Array(rows * idInts));
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The columns have no other properties than their own.
const namesOf = <Columns extends object>(columns: Columns) => Object.keys(columns) as (keyof Columns)[];

function grown<Column extends Int32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}
