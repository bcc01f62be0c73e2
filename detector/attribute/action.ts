import {
  attributes,
  type Action,
  type Decision,
  DecisionOutcome,
  DecisionVerdict,
  type Resource,
} from "../../schemas/index.ts";
import type { AttributeValue, RejectedSpan, Span } from "../decode/index.ts";
import { clip } from "./clip.ts";
import { actionId } from "./ids.ts";
import type { Attributor, NamedIdentity } from "./table.ts";
import type { Lookup } from "./template.ts";

/** An action before anybody judged it. */
export type AttributedAction = Omit<Action, "authority" | "signals" | "late" | "clockSuspect" | "position">;

/** Who delivered the spans, as the receiver wrote it into the record's headers. */
export interface Origin {
  readonly tenant: string;
  /** Name of the authenticated client, "" when there was none. */
  readonly source: string;
  /** Identities that the client has proven to be: its credential is bound to exactly them. */
  readonly verified: ReadonlySet<string>;
}

export type Attributed =
  | { readonly kind: "action"; readonly action: AttributedAction }
  | { readonly kind: "no_action" }
  | { readonly kind: "rejected"; readonly rejected: RejectedSpan };

/** Characters of an identity's id. A longer one is refused, never cut: cut ids would make two identities one. */
const identityCharsMax = 512;
/** Names are cut here; they are labels, not keys. */
const nameCharsMax = 256;
const resourceCharsMax = 1024;
/** Resources of one action; further ones are dropped. */
const resourcesMax = 32;
/** Hops of a delegation path; of a longer one the first and the last are kept. */
const hopsMax = 32;

const storedAttributes = attributes.filter((one) => one.stored).map((one) => one.name);

/** Looks up an attribute on the span, then on its resource, then among the span's own properties. */
function lookupOf(span: Span): Lookup {
  return (name) => {
    const value = span.attributes.get(name) ?? span.resource.get(name);
    if (value !== undefined && value !== null) return asText(value);
    switch (name) {
      case "span.name":
        return span.name;
      case "span.kind":
        return span.kind;
      case "trace.id":
        return span.traceId;
      case "scope.name":
        return span.scopeName;
      default:
        return undefined;
    }
  };
}

/** Names the identity of a span: all that is needed to choose its key group. */
export function identityOf(span: Span, attributor: Attributor): NamedIdentity {
  return attributor.identify(lookupOf(span));
}

/**
 * Turns a span into an action, if it is one. Pure: the same span and origin give the same action, byte for byte.
 *
 * @example
 * const attributed = attribute(span, { tenant: "default", source: "", verified: new Set() }, attributor);
 */
export function attribute(span: Span, origin: Origin, attributor: Attributor): Attributed {
  const lookup = lookupOf(span);
  const recognised = attributor.recognise(lookup);
  if (recognised === undefined) return { kind: "no_action" };
  const identity = attributor.identify(lookup);
  const tooLong = identityTooLong(span, identity.id);
  if (tooLong !== undefined) return { kind: "rejected", rejected: tooLong };
  const phase = lookup("nhi.phase") === "start" ? "start" : "end";
  const field = (name: Parameters<Attributor["field"]>[0]): string =>
    clip(attributor.field(name, lookup), nameCharsMax);
  const action: AttributedAction = {
    id: actionId(span.traceId, span.spanId, phase),
    tenant: origin.tenant,
    chainId: field("chain"),
    sessionId: field("session"),
    taskId: field("task"),
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parentSpanId === "" ? "" : actionId(span.traceId, span.parentSpanId, "end"),
    step: stepOf(lookup("nhi.step")),
    identityId: identity.id,
    identityKind: identity.kind,
    strength: origin.verified.has(identity.id) ? "verified" : identity.strength,
    identityRule: identity.rule,
    owner: field("owner"),
    path: pathOf(span, identity.id),
    kind: recognised.kind,
    operation: clip(recognised.operation, nameCharsMax),
    rule: recognised.rule,
    resources: resourcesOf(span, recognised, lookup),
    mutating: recognised.mutating,
    network: field("network"),
    credentialId: field("credential"),
    claimedGrantId: field("grant"),
    claimedApprovalId: field("approval"),
    status: statusOf(span, lookup("error.type"), lookup("nhi.decision.outcome")),
    errorType: field("errorType"),
    startedAtUs: span.startedAtUs,
    endedAtUs: span.endedAtUs,
    decision: decisionOf(lookup),
    source: origin.source,
    attributes: storedOf(lookup),
  };
  return { kind: "action", action };
}

/** Why an identity's id can't be taken; undefined when it can. */
export function identityTooLong(span: Span, id: string): RejectedSpan | undefined {
  if (id.length <= identityCharsMax) return undefined;
  return {
    index: span.index,
    reason: "identity_too_long",
    message: `the identity id is longer than ${String(identityCharsMax)} characters`,
  };
}

function pathOf(span: Span, identityId: string): readonly string[] {
  const chain = textsOf(span.attributes.get("nhi.chain") ?? span.resource.get("nhi.chain"));
  const path = chain.at(-1) === identityId ? chain : [...chain, identityId];
  const bounded = path.length <= hopsMax ? path : [...path.slice(0, 1), ...path.slice(1 - hopsMax)];
  return bounded.map((hop) => clip(hop, identityCharsMax));
}

function resourcesOf(
  span: Span,
  main: { readonly resourceId: string; readonly resourceKind: string },
  lookup: Lookup,
): readonly Resource[] {
  const ids = textsOf(span.attributes.get("nhi.resources.id"));
  const kinds = textsOf(span.attributes.get("nhi.resources.kind"));
  const origins = textsOf(span.attributes.get("nhi.resources.origin"));
  const first: Resource[] =
    main.resourceId === ""
      ? []
      : [resource(main.resourceId, main.resourceKind, lookup("nhi.resource.origin") ?? "")];
  const further = ids.map((id, at) => resource(id, kinds[at] ?? "", origins[at] ?? ""));
  return [...first, ...further].slice(0, resourcesMax);
}

function resource(id: string, kind: string, origin: string): Resource {
  return { id: clip(id, resourceCharsMax), kind: clip(kind, 64), origin: clip(origin, nameCharsMax) };
}

function statusOf(span: Span, errorType: string | undefined, outcome: string | undefined): Action["status"] {
  if (outcome === "blocked" || errorType === "denied") return "denied";
  return span.status === "error" || errorType !== undefined ? "error" : "ok";
}

/** A guard's decision; one with a word outside the contract counts as none. */
function decisionOf(lookup: Lookup): Decision | null {
  const verdict = DecisionVerdict.safeParse(lookup("nhi.decision.verdict"));
  const outcome = DecisionOutcome.safeParse(lookup("nhi.decision.outcome"));
  if (!verdict.success || !outcome.success) return null;
  const reason = lookup("nhi.decision.reason");
  return {
    verdict: verdict.data,
    outcome: outcome.data,
    ...(reason === undefined ? {} : { reason: clip(reason, nameCharsMax) }),
  };
}

function storedOf(lookup: Lookup): Readonly<Record<string, string>> {
  const stored: Record<string, string> = {};
  for (const name of storedAttributes) {
    const value = lookup(name);
    if (value !== undefined) stored[name] = clip(value, resourceCharsMax);
  }
  return stored;
}

function stepOf(text: string | undefined): number {
  const step = Number(text || -1);
  return Number.isInteger(step) && step >= 0 && step < 2 ** 31 ? step : -1;
}

function asText(value: AttributeValue): string {
  return typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}

function textsOf(value: AttributeValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
