/** Attribution in the plainest way: every text a string, every rule asked anew for every span. */
import type { Origin } from "../../detector/attribute/attribute.ts";
import { clip } from "../../detector/attribute/clip.ts";
import { actionId } from "../../detector/attribute/ids.ts";
import {
  type Action,
  attributes,
  DecisionOutcome,
  DecisionVerdict,
  IdentityKind,
  IdentityStrength,
  type Resource,
} from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { asText, type Span } from "../support/span.ts";
import { fieldOf, identify, type Lookup, recognise } from "./table.ts";

/** What became of a span: an action, "no_action", or "identity_too_long". */
export type AttributedTwin = AttributedAction | "no_action" | "identity_too_long";

const storedAttributes = attributes.filter((one) => one.stored).map((one) => one.name);
const isStamp = (name: string): boolean =>
  attributes.some((one) => one.name === name && one.writtenBy === "collector");

/** An attribute of the span, else of its resource, as it is. */
function valueOf(span: Span, name: string): Parameters<typeof asText>[0] | undefined {
  return span.attributes.get(name) ?? span.resource.get(name) ?? undefined;
}

/** An attribute as text, or one of the span's own properties. */
function lookupOf(span: Span): Lookup {
  const own = new Map([
    ["span.name", span.name],
    ["span.kind", span.kind],
    ["trace.id", span.traceId],
    ["scope.name", span.scopeName],
  ]);
  return (name) => {
    const value = own.get(name) ?? valueOf(span, name);
    return value === undefined ? undefined : asText(value);
  };
}

export function attributeTwin(span: Span, origin: Origin): AttributedTwin {
  const all = lookupOf(span);
  const isBound = origin.bound && (all("nhi.bound.id") ?? "") !== "";
  /** Stamps are there for nobody but where a collector wrote them. */
  const lookup: Lookup = (name) => (isBound || !isStamp(name) ? all(name) : undefined);
  const recognised = recognise(lookup);
  if (recognised === undefined) return "no_action";
  const identity = isBound ? stamped(lookup) : identify(lookup);
  const contradicted = lookup("nhi.bound.contradicted") ?? "";
  const client = lookup("nhi.bound.client") ?? "";
  if (identity.id.length > 512) return "identity_too_long";
  const phase = lookup("nhi.phase") === "start" ? "start" : "end";
  const field = (name: Parameters<typeof fieldOf>[0]): string => clip(fieldOf(name, lookup), 256);
  return {
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
    strength: !origin.bound && origin.verified.has(identity.id) ? "verified" : identity.strength,
    identityRule: identity.rule,
    owner: contradicted === "" ? field("owner") : "",
    path: pathOf(span, identity.id, clip(contradicted, 1024)),
    kind: recognised.kind,
    operation: clip(recognised.operation, 256),
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
    source: client === "" || client.length > 512 ? origin.source : client,
    attributes: storedOf(lookup),
  };
}

/** The identity as a collector stamped it. */
function stamped(lookup: Lookup): ReturnType<typeof identify> {
  return {
    id: lookup("nhi.bound.id") ?? "",
    kind: IdentityKind.safeParse(lookup("nhi.bound.kind")).data ?? "unknown",
    strength: IdentityStrength.safeParse(lookup("nhi.bound.strength")).data ?? "inferred",
    rule: clip(lookup("nhi.bound.rule") || "none", 256),
  };
}

function pathOf(span: Span, identityId: string, contradicted: string): readonly string[] {
  const told = textsOf(span, "nhi.chain");
  const chain = contradicted !== "" && told.at(-1) === contradicted ? told.slice(0, -1) : told;
  const path = chain.at(-1) === identityId ? chain : [...chain, identityId];
  const bounded = path.length <= 32 ? path : [...path.slice(0, 1), ...path.slice(-31)];
  return bounded.map((hop) => clip(hop, 512));
}

function resourcesOf(
  span: Span,
  main: { readonly resourceId: string; readonly resourceKind: string },
  lookup: Lookup,
): readonly Resource[] {
  const kinds = textsOf(span, "nhi.resources.kind");
  const origins = textsOf(span, "nhi.resources.origin");
  const all: Resource[] = textsOf(span, "nhi.resources.id").map((id, at) =>
    resource(id, kinds[at], origins[at]),
  );
  if (main.resourceId !== "")
    all.unshift(resource(main.resourceId, main.resourceKind, lookup("nhi.resource.origin")));
  return all.slice(0, 32);
}

const resource = (id: string, kind = "", origin = ""): Resource => ({
  id: clip(id, 1024),
  kind: clip(kind, 64),
  origin: clip(origin, 256),
});

function statusOf(span: Span, errorType: string | undefined, outcome: string | undefined): Action["status"] {
  if (outcome === "blocked" || errorType === "denied") return "denied";
  return span.status === "error" || errorType !== undefined ? "error" : "ok";
}

/** A reason that is empty is none. */
function decisionOf(lookup: Lookup): Action["decision"] {
  const verdict = DecisionVerdict.safeParse(lookup("nhi.decision.verdict"));
  const outcome = DecisionOutcome.safeParse(lookup("nhi.decision.outcome"));
  if (!verdict.success || !outcome.success) return null;
  const reason = clip(lookup("nhi.decision.reason") ?? "", 256);
  return { verdict: verdict.data, outcome: outcome.data, ...(reason === "" ? {} : { reason }) };
}

function storedOf(lookup: Lookup): Readonly<Record<string, string>> {
  const stored: Record<string, string> = {};
  for (const name of storedAttributes) {
    const value = lookup(name);
    if (value !== undefined) stored[name] = clip(value, 1024);
  }
  return stored;
}

function stepOf(text: string | undefined): number {
  const step = Number(text || -1);
  return Number.isInteger(step) && step >= 0 && step < 2 ** 31 ? step : -1;
}

function textsOf(span: Span, name: string): readonly string[] {
  const value = valueOf(span, name);
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
