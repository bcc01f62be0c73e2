import { compileNumbering } from "../attribute/numbering.ts";
import type { Attributor, NamedIdentity } from "../attribute/table.ts";
import { absent, type DecodeLimits, empty, readTraces, type SpanRow } from "../decode/index.ts";
import { BoundedCounts, type Counted } from "./bounded-counts.ts";

/** What an action can be without; the order in which they are told. */
const lacks = ["identity", "strength", "chain", "session", "grant", "seq"] as const;
export type Lack = (typeof lacks)[number];

/** A span as an example. */
export interface SpanExample {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  /** The library that made it. */
  readonly scope: string;
  /** The rule that made an action of it; empty where none did. */
  readonly rule: string;
  readonly identity: string;
}

export interface SpanReport {
  readonly spans: number;
  readonly actions: number;
  /** Among the actions, records of a beginning whose end follows. */
  readonly starts: number;
  readonly noAction: number;
  readonly rules: readonly Counted[];
  readonly identities: readonly (Counted & { readonly strength: string; readonly rule: string })[];
  readonly lacks: readonly {
    readonly lack: Lack;
    readonly count: number;
    readonly examples: readonly SpanExample[];
  }[];
  /** Spans that are no action, by the library that made them and their name. */
  readonly without: readonly Counted[];
  /** Spans that would be refused, by reason. */
  readonly refused: readonly Counted[];
}

/** Different identities and names of spans that are told apart; the others are counted together. */
const namesMax = 1000;
const nameCharsMax = 200;

/** Counts what becomes of spans. Takes as much memory for a thousand of them as for a billion. */
export class SpanTally {
  readonly #attributor: Attributor;
  readonly #row: SpanRow;
  readonly #seqOf: (row: SpanRow) => number;
  readonly #limits: DecodeLimits;
  readonly #examplesMax: number;
  readonly #counts = { spans: 0, actions: 0, starts: 0, noAction: 0 };
  readonly #rules = new BoundedCounts(namesMax);
  readonly #identities = new BoundedCounts(namesMax);
  readonly #without = new BoundedCounts(namesMax);
  readonly #refused = new BoundedCounts(namesMax);
  readonly #lacks = new Map<Lack, { count: number; examples: SpanExample[] }>();

  constructor(attributor: Attributor, limits: DecodeLimits, examplesMax: number) {
    this.#attributor = attributor;
    const number = compileNumbering(attributor);
    this.#seqOf = (row) => number(row).seq;
    this.#row = attributor.newRow();
    this.#limits = limits;
    this.#examplesMax = examplesMax;
  }

  /** Counts the spans of one request in protobuf; gives back why it can't be used. */
  add(bytes: Uint8Array): string | undefined {
    const row = this.#row;
    row.dictionary.clear();
    // What was visited of a request that can't be used doesn't count; few are, so the first look counts nothing.
    const checked = readTraces(bytes, row, this.#limits, () => undefined);
    if (!checked.ok) return checked.message;
    this.#counts.spans += checked.spans;
    for (const { message } of checked.rejected) this.#refused.add(message);
    row.dictionary.clear();
    readTraces(bytes, row, this.#limits, () => this.#addSpan(row));
    return undefined;
  }

  report(): SpanReport {
    return {
      ...this.#counts,
      rules: this.#rules.list(),
      identities: this.#identities.list().map(({ name, count }) => {
        const [id = "", strength = "", rule = ""] = name.split("\0");
        return { name: id, count, strength, rule };
      }),
      lacks: lacks.map((lack) => ({ lack, ...(this.#lacks.get(lack) ?? { count: 0, examples: [] }) })),
      without: this.#without.list(),
      refused: this.#refused.list(),
    };
  }

  #addSpan(row: SpanRow): void {
    const { dictionary } = row;
    const found = this.#attributor.recognise(row);
    if (found === undefined) {
      this.#counts.noAction += 1;
      this.#without.add(`${textOf(row, "scope.name")}\0${textOf(row, "span.name")}`);
      return;
    }
    const rule = dictionary.text(found.rule);
    const identity = this.#attributor.identify(row);
    const { id, strength } = textsOf(identity, row);
    this.#counts.actions += 1;
    if (textOf(row, "nhi.phase") === "start") this.#counts.starts += 1;
    this.#rules.add(rule);
    this.#identities.add(`${id}\0${strength}\0${dictionary.text(identity.rule)}`);
    for (const lack of this.#lacksOf(row, id, strength)) {
      const known = this.#lacks.get(lack) ?? { count: 0, examples: [] };
      known.count += 1;
      if (known.examples.length < this.#examplesMax) known.examples.push(exampleOf(row, rule, id));
      this.#lacks.set(lack, known);
    }
  }

  #lacksOf(row: SpanRow, identity: string, strength: string): readonly Lack[] {
    const { fields } = this.#attributor;
    const isNobody = identity === "unknown" || identity.includes("unknown_service");
    const grant = fields.grant(row);
    return lacks.filter((lack) => {
      switch (lack) {
        case "identity":
          return isNobody;
        case "strength":
          return !isNobody && strength === "inferred";
        case "chain":
          return row.code("nhi.chain") === absent;
        case "session":
          return fields.session(row) === row.code("trace.id");
        case "grant":
          return grant === absent || grant === empty;
        case "seq":
          return this.#seqOf(row) === -1;
      }
    });
  }
}

function textsOf({ id, strength }: NamedIdentity, { dictionary }: SpanRow): { id: string; strength: string } {
  return { id: dictionary.text(id).slice(0, nameCharsMax), strength: dictionary.text(strength) };
}

function textOf(row: SpanRow, name: string): string {
  const code = row.code(name);
  return code === absent ? "" : row.dictionary.text(code).slice(0, nameCharsMax);
}

function exampleOf(row: SpanRow, rule: string, identity: string): SpanExample {
  return {
    traceId: hexAt(row, row.traceIdAt, 16),
    spanId: hexAt(row, row.spanIdAt, 8),
    name: textOf(row, "span.name"),
    scope: textOf(row, "scope.name"),
    rule,
    identity,
  };
}

function hexAt({ dictionary }: SpanRow, at: number, bytes: number): string {
  return dictionary.bytes.subarray(at, at + bytes).toString("hex");
}
