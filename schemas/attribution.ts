import { z } from "zod";
import { ActionKind } from "./action.ts";
import { IdentityKind, IdentityStrength } from "./identity.ts";

/**
 * What must hold of one attribute: `"*"` it is there, a string it is equal, a list it is one of, `matches` a regular
 * expression (the subset that RE2 and JavaScript share) finds something in it.
 */
export const Condition = z.union([
  z.string(),
  z.array(z.string()).min(1),
  z.strictObject({ matches: z.string(), ignoreCase: z.boolean().exactOptional() }),
]);
export type Condition = Readonly<z.infer<typeof Condition>>;

/** Attribute name, or several joined by `|` of which the first that is there counts → what must hold of it. */
const Conditions = z.record(z.string(), Condition);

/**
 * Texts with placeholders, tried in order; the first in which every placeholder has a value is taken.
 * A placeholder is `{name}`, `{name|other}` or with a filter `{name:filter}`; filters are `host` (of a URL), `url`
 * (without query, user and fragment, ids replaced by `*`), `path` (the same of a path), `rest` (after the first
 * space), `first` (up to the first space), `service` (what stands before the last slash), `dots` (slashes made dots), `lower` and
 * `verb` (of the first word what follows its last dot or colon, in small letters, where that is 1 to 32 ASCII letters).
 * Besides attributes of span and resource there are `span.name`, `span.kind`, `trace.id` and `scope.name`.
 */
const Templates = z.array(z.string()).min(1);

/** How an identity is named: the first rule whose `when` holds and whose `name` has a value wins. */
export const IdentityRule = z.strictObject({
  id: z.string(),
  when: Conditions.default({}),
  name: Templates,
  kind: z.union([IdentityKind, z.strictObject({ from: z.string() })]),
  strength: IdentityStrength,
});
export type IdentityRule = Readonly<z.infer<typeof IdentityRule>>;

/** How a span is recognised as an action: the first rule whose `when` holds and whose `operation` has a value wins. */
export const ActionRule = z.strictObject({
  id: z.string(),
  when: Conditions,
  kind: z.union([ActionKind, z.strictObject({ from: z.string() })]),
  operation: Templates,
  resource: Templates.exactOptional(),
  resourceKind: Templates.exactOptional(),
  mutatingWhen: Conditions.exactOptional().describe(
    "The action changes something when these hold; without it, it does not.",
  ),
});
export type ActionRule = Readonly<z.infer<typeof ActionRule>>;

/**
 * The table that turns anybody's spans into identities and actions. Data, not code: the file `attribution.json` is
 * read by every language that attributes.
 */
export const AttributionTable = z.strictObject({
  version: z.number().int().positive(),
  identities: z.array(IdentityRule),
  actions: z.array(ActionRule),
  fields: z.record(
    z.enum(["chain", "session", "task", "owner", "credential", "grant", "approval", "network", "errorType"]),
    Templates,
  ),
});
export type AttributionTable = Readonly<z.infer<typeof AttributionTable>>;
