import { IdentityKind, IdentityStrength } from "../../schemas/index.ts";
import { absent, empty, type SpanRow } from "../decode/index.ts";
import type { Clippers } from "./clipper.ts";
import { isTooLong } from "./identity-limit.ts";
import type { Attributor, NamedIdentity } from "./table.ts";

/** What a collector bound a span to, in codes. Filled anew for each span. */
export interface Binding extends NamedIdentity {
  /** The identity that the sender claimed and may not speak for; `absent` when it claimed none such. */
  readonly contradicted: number;
}

/**
 * Compiles what reads a collector's stamps off a span (`nhi.bound.*`); undefined when they name no identity, and then none
 * of them counts. Only for rows of a record that a collector bound. A word outside the contract counts as absent: the kind
 * is then unknown, and the strength the least. Where the table named the identity, the collector leaves kind and rule to
 * the table, which says the same here.
 */
export function compileBinding(
  { names, words, identify }: Attributor,
  clip: Clippers,
): (row: SpanRow) => Binding | undefined {
  const at = {
    id: names.placeOf("nhi.bound.id"),
    kind: names.placeOf("nhi.bound.kind"),
    strength: names.placeOf("nhi.bound.strength"),
    rule: names.placeOf("nhi.bound.rule"),
    contradicted: names.placeOf("nhi.bound.contradicted"),
  };
  const kinds = new Set(IdentityKind.options.map((word) => words.code(word)));
  const strengths = new Set(IdentityStrength.options.map((word) => words.code(word)));
  const unknown = words.code(IdentityKind.enum.unknown);
  const inferred = words.code(IdentityStrength.enum.inferred);
  const none = words.code("none");
  const found = { id: 0, kind: unknown, strength: inferred, rule: none, contradicted: 0 };
  return (row) => {
    const { codes, dictionary } = row;
    const id = codes[at.id]!;
    if (isNothing(id)) return undefined;
    const kind = codes[at.kind]!;
    const strength = codes[at.strength]!;
    const rule = codes[at.rule]!;
    const contradicted = codes[at.contradicted]!;
    found.id = dictionary.solid(id);
    const named = isNothing(rule) ? identify(row) : undefined;
    // By text where the codes differ: a dictionary that is crowded may give one text two of them.
    const isNamed =
      named !== undefined &&
      (named.id === found.id || dictionary.text(named.id) === dictionary.text(found.id));
    if (isNamed) found.kind = named.kind;
    else found.kind = kinds.has(kind) ? kind : unknown;
    found.strength = strengths.has(strength) ? strength : inferred;
    if (isNamed) found.rule = named.rule;
    else found.rule = isNothing(rule) ? none : clip.name(dictionary, rule);
    // Cut as the kept attribute is, so that a finding says what the store holds.
    found.contradicted = isNothing(contradicted) ? absent : clip.resource(dictionary, contradicted);
    return found;
  };
}

/**
 * Compiles what tells who has proven to be the sender of a span, in a record that a collector bound; `absent` when nobody
 * has. A name that is too long for an identity is none: cut, it would make two clients one.
 */
export function compileClient({ names }: Attributor): (row: SpanRow) => number {
  const idAt = names.placeOf("nhi.bound.id");
  const clientAt = names.placeOf("nhi.bound.client");
  return ({ codes, dictionary }) => {
    const client = codes[clientAt]!;
    if (isNothing(client) || isNothing(codes[idAt]!)) return absent;
    const solid = dictionary.solid(client);
    return isTooLong(dictionary, solid) ? absent : solid;
  };
}

const isNothing = (code: number): boolean => code === absent || code === empty;
