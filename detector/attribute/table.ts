import {
  type ActionRule,
  attributes,
  type AttributionTable,
  IdentityKind,
  type IdentityRule,
  ActionKind,
  type IdentityStrength,
} from "../../schemas/index.ts";
import { compileConditions, type Predicate } from "./condition.ts";
import { compileTemplates, type Lookup, type Template } from "./template.ts";

/** What the table says of a span's identity. */
export interface NamedIdentity {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly strength: IdentityStrength;
  readonly rule: string;
}

/** What the table says of a span as an action. */
interface RecognisedAction {
  readonly rule: string;
  readonly kind: ActionKind;
  readonly operation: string;
  readonly resourceId: string;
  readonly resourceKind: string;
  readonly mutating: boolean;
}

type FieldName = keyof AttributionTable["fields"];

/** The attribution table, compiled: three questions to ask of a span's attributes. */
export interface Attributor {
  readonly identify: (lookup: Lookup) => NamedIdentity;
  readonly recognise: (lookup: Lookup) => RecognisedAction | undefined;
  /** Value of a common field (session, task, chain, …), "" when the span has none. */
  readonly field: (name: FieldName, lookup: Lookup) => string;
  /** Attributes a decoder must keep for us. */
  readonly wanted: ReadonlySet<string>;
}

/** Who acts when nothing on the span or its resource says. */
const nobody: NamedIdentity = { id: "unknown", kind: "unknown", strength: "inferred", rule: "none" };

/**
 * Compiles `attribution.json` once, at start.
 *
 * @throws Error when the table holds a template or pattern that can't be compiled.
 */
export function compileTable(table: AttributionTable): Attributor {
  const identities = table.identities.map(compileIdentity);
  const actions = table.actions.map(compileAction);
  const fields = new Map(
    Object.entries(table.fields).map(([name, templates]) => [name, compileTemplates(templates)]),
  );
  return {
    identify: (lookup) => firstOf(identities, lookup) ?? nobody,
    recognise: (lookup) => firstOf(actions, lookup),
    field: (name, lookup) => fields.get(name)?.(lookup) ?? "",
    wanted: new Set(attributes.map((attribute) => attribute.name)),
  };
}

function firstOf<T>(rules: readonly ((lookup: Lookup) => T | undefined)[], lookup: Lookup): T | undefined {
  for (const rule of rules) {
    const found = rule(lookup);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compileIdentity(rule: IdentityRule): (lookup: Lookup) => NamedIdentity | undefined {
  const when = compileConditions(rule.when);
  const name = compileTemplates(rule.name);
  const kindOf = compileKind<IdentityKind>(rule.kind, IdentityKind.options);
  return (lookup) => {
    if (!when(lookup)) return undefined;
    const id = name(lookup);
    return id === undefined
      ? undefined
      : { id, kind: kindOf(lookup) ?? "unknown", strength: rule.strength, rule: rule.id };
  };
}

function compileAction(rule: ActionRule): (lookup: Lookup) => RecognisedAction | undefined {
  const when = compileConditions(rule.when);
  const operation = compileTemplates(rule.operation);
  const kindOf = compileKind<ActionKind>(rule.kind, ActionKind.options);
  const resource = optional(rule.resource);
  const resourceKind = optional(rule.resourceKind);
  const mutating: Predicate =
    rule.mutatingWhen === undefined ? () => false : compileConditions(rule.mutatingWhen);
  return (lookup) => {
    if (!when(lookup)) return undefined;
    const kind = kindOf(lookup);
    const name = operation(lookup);
    if (kind === undefined || name === undefined) return undefined;
    const resourceId = resource(lookup) ?? "";
    return {
      rule: rule.id,
      kind,
      operation: name,
      resourceId,
      resourceKind: resourceId === "" ? "" : (resourceKind(lookup) ?? ""),
      mutating: mutating(lookup),
    };
  };
}

function optional(templates: readonly string[] | undefined): Template {
  return templates === undefined ? () => undefined : compileTemplates(templates);
}

/** A fixed kind, or one read from an attribute, where a word that isn't in the contract counts as absent. */
function compileKind<K extends string>(
  kind: K | { readonly from: string },
  known: readonly K[],
): (lookup: Lookup) => K | undefined {
  if (typeof kind === "string") return () => kind;
  return (lookup) => {
    const word = lookup(kind.from);
    return known.find((one) => one === word);
  };
}
