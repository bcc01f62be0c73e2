import { Conditions, Grant } from "../../schemas/index.ts";
import { type Observed, placesMax, resourcesMax } from "../store/policy-read.ts";
import { resourcePatterns } from "./resource-patterns.ts";

/** A grant that nobody approved yet. */
type Draft = Omit<Grant, "approver">;

/** The least that would have covered what an identity was seen to do. */
export interface Suggestion {
  readonly identityId: string;
  readonly actions: number;
  readonly grants: readonly Draft[];
  /** What a person should know before approving: how often what was seen, and what could not be said narrowly. */
  readonly notes: readonly string[];
}

/** Grants of one suggestion, and operations of one grant. */
const grantsMax = 64;
const operationsMax = 256;
/** How long a suggested grant lasts: whoever approves it looks again after that. */
const lastsUs = 90 * 86_400_000_000;

/**
 * The least grants that cover what was observed: operations to the letter, those on the same resources together, so that none
 * gets the resources of another; resources by `resourcePatterns`; environments and networks where every action named one.
 */
export function suggestGrants(identityId: string, observed: Observed, nowUs: number): Suggestion {
  const notes: string[] = [];
  const byOperation = new Map<string, { readonly resources: Set<string>; uses: number }>();
  for (const { operation, resource, actions } of observed.uses) {
    if (!isName(operation) || resource.includes("*")) {
      notes.push(`left out, as no pattern can say it: ${operation.slice(0, 80)} on ${resource.slice(0, 80)}`);
      continue;
    }
    const known = byOperation.get(operation) ?? { resources: new Set(), uses: 0 };
    known.resources.add(resource);
    known.uses += actions;
    byOperation.set(operation, known);
  }
  const groups = new Map<string, { readonly resources: readonly string[]; operations: string[] }>();
  for (const [operation, { resources, uses }] of byOperation) {
    const patterns = patternsOf(resources);
    const group = groups.get(patterns.join("\0")) ?? { resources: patterns, operations: [] };
    groups.set(patterns.join("\0"), { ...group, operations: [...group.operations, operation] });
    notes.push(
      `${operation}: ${uses} uses, ${seenText(resources)} → ${patterns.slice(0, 3).join(", ")}${patterns.length > 3 ? ", …" : ""}`,
    );
  }
  const { conditions, lacks } = conditionsOf(observed);
  notes.push(...lacks);
  const window = { until: new Date((nowUs + lastsUs) / 1000).toISOString() };
  const grants = bounded([...groups.values()]).map(({ resources, operations }, nth) => ({
    id: `suggested-${nth + 1}-${identityId}`.slice(0, 256),
    grantee: identityId,
    policy: { id: `suggested-${identityId}`.slice(0, 256), version: "1" },
    operations: [...operations],
    resources: [...resources],
    window,
    conditions,
    ask: false,
  }));
  return { identityId, actions: observed.actions, grants, notes: notes.slice(0, notesMax) };
}

const notesMax = 500;

/** Whether a pattern can say exactly this. */
const isName = (text: string): boolean => text !== "" && text.length <= 512 && !text.includes("*");

/** Why nothing can be suggested for an identity; undefined where something can. */
export function unsuggestable(identityId: string): string | undefined {
  return isName(identityId)
    ? undefined
    : "no pattern matches this identity alone, as its id is empty, too long or holds a *";
}

function patternsOf(resources: ReadonlySet<string>): readonly string[] {
  // Nothing but * matches an action without a resource.
  return resources.has("") || resources.size > resourcesMax ? ["*"] : resourcePatterns([...resources]);
}

function seenText(resources: ReadonlySet<string>): string {
  if (resources.size > resourcesMax) return `on more than ${resourcesMax} resources`;
  if (resources.has("")) return resources.size === 1 ? "on no resource" : "at times on no resource";
  return `on ${resources.size} ${resources.size === 1 ? "resource" : "resources"}`;
}

interface Group {
  readonly resources: readonly string[];
  readonly operations: readonly string[];
}

/** What is over the limits shares the last grants, with the resources of all of them. */
function bounded(groups: readonly Group[]): readonly Group[] {
  const rest = groups.slice(grantsMax - 1);
  const shared = rest.flatMap(({ resources }) => resources);
  const last = {
    resources: shared.includes("*") ? ["*"] : resourcePatterns(shared),
    operations: rest.flatMap(({ operations }) => operations),
  };
  const all = rest.length > 1 ? [...groups.slice(0, grantsMax - 1), last] : groups;
  return all.flatMap(({ resources, operations }) =>
    Array.from({ length: Math.ceil(operations.length / operationsMax) }, (_, nth) => ({
      resources,
      operations: operations.slice(nth * operationsMax, (nth + 1) * operationsMax),
    })),
  );
}

function conditionsOf({ environments, networks }: Observed): {
  readonly conditions: Conditions;
  readonly lacks: readonly string[];
} {
  const lacks: string[] = [];
  const places = (name: string, values: readonly string[], isSayable: boolean): string[] | undefined => {
    if (values.length > 0 && values.length <= placesMax && isSayable) return values.toSorted();
    lacks.push(`no condition on ${name}: they are many, or some actions name none`);
    return undefined;
  };
  const inEnvironments = places("environments", environments, environments.every(isName));
  const fromNetworks = places("networks", networks, Conditions.safeParse({ networks }).success);
  const conditions = {
    ...(inEnvironments === undefined ? {} : { environments: inEnvironments }),
    ...(fromNetworks === undefined ? {} : { networks: fromNetworks }),
  };
  return { conditions, lacks };
}
