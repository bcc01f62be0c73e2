/** The shipped attribution table, read off the page for each span. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathShape, urlHost, urlShape } from "../../schemas/url-shape.ts";
import {
  ActionKind,
  AttributionTable,
  type Condition,
  IdentityKind,
  type IdentityStrength,
} from "../../schemas/index.ts";
import { repositoryRoot } from "../support/repository.ts";

/** Looks an attribute up as text; undefined when the span doesn't have it. */
export type Lookup = (name: string) => string | undefined;

const table = AttributionTable.parse(
  JSON.parse(readFileSync(join(repositoryRoot, "schemas/attribution.json"), "utf8")),
);

/** Who acts. */
export function identify(lookup: Lookup): {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly strength: IdentityStrength;
  readonly rule: string;
} {
  for (const rule of table.identities) {
    const id = holds(rule.when, lookup) ? fill(rule.name, lookup) : "";
    if (id === "") continue;
    const kind = IdentityKind.safeParse(wordOf(rule.kind, lookup)).data ?? "unknown";
    return { id, kind, strength: rule.strength, rule: rule.id };
  }
  return { id: "unknown", kind: "unknown", strength: "inferred", rule: "none" };
}

/** What is done, if it is an action. */
export function recognise(lookup: Lookup):
  | {
      readonly rule: string;
      readonly kind: ActionKind;
      readonly operation: string;
      readonly resourceId: string;
      readonly resourceKind: string;
      readonly mutating: boolean;
    }
  | undefined {
  for (const rule of table.actions) {
    if (!holds(rule.when, lookup)) continue;
    const kind = ActionKind.safeParse(wordOf(rule.kind, lookup)).data;
    const operation = fill(rule.operation, lookup);
    if (kind === undefined || operation === "") continue;
    const resourceId = fill(rule.resource ?? [], lookup);
    return {
      rule: rule.id,
      kind,
      operation,
      resourceId,
      resourceKind: resourceId === "" ? "" : fill(rule.resourceKind ?? [], lookup),
      mutating: rule.mutatingWhen !== undefined && holds(rule.mutatingWhen, lookup),
    };
  }
  return undefined;
}

/** Value of a common field, "" when the span has none. */
export const fieldOf = (name: keyof AttributionTable["fields"], lookup: Lookup): string =>
  fill(table.fields[name] ?? [], lookup);

const wordOf = (kind: string | { readonly from: string }, lookup: Lookup): string | undefined =>
  typeof kind === "string" ? kind : lookup(kind.from);

function holds(conditions: Readonly<Record<string, Condition>>, lookup: Lookup): boolean {
  return Object.entries(conditions).every(([names, condition]) => {
    const value = firstPresent(names, lookup);
    if (value === "") return false;
    if (condition === "*") return true;
    if (typeof condition === "string") return value === condition;
    if (!("matches" in condition)) return condition.includes(value);
    return new RegExp(condition.matches, condition.ignoreCase === true ? "iu" : "u").test(value);
  });
}

/** The first of `a|b` that is there and isn't empty. */
const firstPresent = (names: string, lookup: Lookup): string =>
  names.split("|").map(lookup).find(Boolean) ?? "";

/** The first template of which every placeholder has a value, filled in. */
function fill(templates: readonly string[], lookup: Lookup): string {
  for (const template of templates) {
    let isWhole = true;
    const text = template.replaceAll(/\{([^}:]*)(?::([a-z]+))?\}/gu, (_, names: string, filter?: string) => {
      const value = firstPresent(names, lookup);
      const made = value === "" || filter === undefined ? value : filters[filter]!(value);
      isWhole &&= made !== "";
      return made;
    });
    if (isWhole && text !== "") return text;
  }
  return "";
}

const filters: Readonly<Record<string, (text: string) => string>> = {
  host: urlHost,
  url: urlShape,
  path: pathShape,
  rest: (text) => (text.includes(" ") ? text.slice(text.indexOf(" ") + 1) : text),
  first: (text) => text.split(" ")[0]!,
  dots: (text) => text.split("/").join("."),
  verb: (text) => /^(?:[^ ]*[.:])?([A-Za-z]{1,32})(?: |$)/u.exec(text)?.[1]?.toLowerCase() ?? "",
  service: (text) => (text.lastIndexOf("/") > 0 ? text.slice(0, text.lastIndexOf("/")) : text),
  lower: (text) => text.toLowerCase(),
};
