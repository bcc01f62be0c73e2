import {
  ActionKind,
  type ActionRule,
  attributes,
  type AttributeSpec,
  type AttributionTable,
  IdentityKind,
  type IdentityRule,
} from "../../schemas/index.ts";
import { absent, type Names, namesOf, spanKinds, SpanRow } from "../decode/index.ts";
import { compileConditions } from "./condition.ts";
import { compileTemplates, type Template } from "./template.ts";
import { Words } from "./words.ts";

/** What the table says of a span's identity, in codes. */
export interface NamedIdentity {
  readonly id: number;
  readonly kind: number;
  readonly strength: number;
  readonly rule: number;
}

/** What the table says of a span as an action, in codes. Filled anew for each span. */
export interface RecognisedAction {
  rule: number;
  kind: number;
  operation: number;
  resourceId: number;
  resourceKind: number;
  mutating: boolean;
}

type FieldName = keyof AttributionTable["fields"];

/** The attribution table, compiled: three questions to ask of a span. */
export interface Attributor {
  readonly names: Names;
  readonly words: Words;
  /** A row to read spans into, with a dictionary of its own that knows the words of the table. */
  newRow(): SpanRow;
  /** Who acts. The answer is good until the next question. */
  readonly identify: (row: SpanRow) => NamedIdentity;
  /** What is done, if it is an action. The answer is good until the next question. */
  readonly recognise: (row: SpanRow) => RecognisedAction | undefined;
  /** Templates of the common fields (session, task, chain, …). */
  readonly fields: Readonly<Record<FieldName, Template>>;
}

/**
 * Compiles `attribution.json` once, at start.
 *
 * @throws Error when the table holds a template or pattern that can't be compiled.
 */
export function compileTable(table: AttributionTable): Attributor {
  const names = namesOf(namesBy("sender"), namesBy("collector"));
  const words = new Words();
  for (const kind of spanKinds) words.code(kind);
  const identities = table.identities.map((rule) => compileIdentity(rule, names, words));
  const actions = table.actions.map((rule) => compileAction(rule, names, words));
  const field = (name: FieldName): Template => compileTemplates(table.fields[name] ?? [], names, words);
  /** Who acts when nothing on the span or its resource says. */
  const nobody: NamedIdentity = {
    id: words.code("unknown"),
    kind: words.code("unknown"),
    strength: words.code("inferred"),
    rule: words.code("none"),
  };
  return {
    names,
    words,
    newRow: () => new SpanRow(words.newDictionary(), names),
    identify: (row) => firstOf(identities, row) ?? nobody,
    recognise: (row) => firstOf(actions, row),
    fields: {
      chain: field("chain"),
      session: field("session"),
      task: field("task"),
      owner: field("owner"),
      credential: field("credential"),
      grant: field("grant"),
      approval: field("approval"),
      network: field("network"),
      errorType: field("errorType"),
    },
  };
}

const namesBy = (who: AttributeSpec["writtenBy"]): readonly string[] =>
  attributes.filter((one) => one.writtenBy === who).map((one) => one.name);

function firstOf<T>(rules: readonly ((row: SpanRow) => T | undefined)[], row: SpanRow): T | undefined {
  for (const rule of rules) {
    const found = rule(row);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compileIdentity(
  rule: IdentityRule,
  names: Names,
  words: Words,
): (row: SpanRow) => NamedIdentity | undefined {
  const when = compileConditions(rule.when, names, words);
  const name = compileTemplates(rule.name, names, words);
  const kindOf = compileKind(rule.kind, IdentityKind.options, names, words);
  const unknown = words.code("unknown");
  const found = {
    id: absent as number,
    kind: unknown,
    strength: words.code(rule.strength),
    rule: words.code(rule.id),
  };
  return (row) => {
    if (!when(row)) return undefined;
    found.id = name(row);
    if (found.id === absent) return undefined;
    found.id = row.dictionary.solid(found.id);
    found.kind = kindOf(row) || unknown;
    return found;
  };
}

function compileAction(
  rule: ActionRule,
  names: Names,
  words: Words,
): (row: SpanRow) => RecognisedAction | undefined {
  const when = compileConditions(rule.when, names, words);
  const operation = compileTemplates(rule.operation, names, words);
  const kindOf = compileKind(rule.kind, ActionKind.options, names, words);
  const resource = compileTemplates(rule.resource ?? [], names, words);
  const resourceKind = compileTemplates(rule.resourceKind ?? [], names, words);
  const mutating =
    rule.mutatingWhen === undefined ? () => false : compileConditions(rule.mutatingWhen, names, words);
  const found = {
    rule: words.code(rule.id),
    kind: 0,
    operation: 0,
    resourceId: 0,
    resourceKind: 0,
    mutating: false,
  };
  return (row) => {
    if (!when(row)) return undefined;
    found.kind = kindOf(row);
    found.operation = operation(row);
    if (found.kind === absent || found.operation === absent) return undefined;
    found.resourceId = resource(row);
    found.resourceKind = found.resourceId === absent ? absent : resourceKind(row);
    found.mutating = mutating(row);
    return found;
  };
}

/** A fixed kind, or one read from an attribute, where a word that isn't in the contract counts as absent. */
function compileKind(
  kind: string | { readonly from: string },
  known: readonly string[],
  names: Names,
  words: Words,
): Template {
  const codes = new Set(known.map((word) => words.code(word)));
  if (typeof kind === "string") {
    const fixed = words.code(kind);
    return () => fixed;
  }
  const place = names.placeOf(kind.from);
  return ({ codes: row }) => (codes.has(row[place]!) ? row[place]! : absent);
}
