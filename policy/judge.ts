import type { Authority, AuthorityOutcome } from "../schemas/index.ts";
import { outcomesFromFarthest } from "../schemas/outcomes.ts";
import type { PolicyBook } from "./book.ts";
import { isApproved } from "./approved.ts";
import type { Known } from "./circumstances.ts";
import type { ActionFacts } from "./facts.ts";
import type { GrantVersion } from "./grant-version.ts";
import { type GrantHistory, revokedAtUs, versionOf } from "./grants.ts";
import type { Candidates, Holder } from "./holder.ts";
import { formOf, type NameForm } from "./names.ts";
import type { Usage } from "./usage.ts";

/** By what is judged, beside the facts. */
export interface Judging extends Known {
  /** What the identity did before; without it, nothing. */
  readonly usage: Usage | undefined;
  /** When that is looked at: the action's start, unless its clock isn't believed. */
  readonly usedAtUs: number;
}

/**
 * Judges one action by the grants that stood at position `control` of the control log, and by what its identity did before.
 * Deterministic from the first action on; where no grant counts, the order in which actions arrive doesn't matter.
 *
 * @example
 * const { outcome, approver } = authorise(book, 17, { tenant: "default", identityId: "agent:triage", operation: "tickets.open", resources: [], startedAtUs });
 */
export function authorise(book: PolicyBook, control: number, facts: ActionFacts, usage?: Usage): Authority {
  const tenant = book.of(facts.tenant);
  const holder = tenant.grants.holder(facts.identityId);
  const judging = { book: tenant, control, usage, usedAtUs: facts.startedAtUs };
  return judgeBy(holder, holder.taking(facts.operation), facts, judging);
}

/** Of several grants that don't cover an action, the closest explains it. */
const closeness = new Map<AuthorityOutcome, number>(
  outcomesFromFarthest.map((outcome, nth) => [outcome, nth]),
);

const noGrant: Authority = {
  outcome: "no_grant",
  grantId: "",
  approver: "",
  approvalId: "",
  policyId: "",
  policyVersion: "",
};

/** The same by the grants that take the operation. Where none does, the first that the identity holds explains that. */
export function judgeBy(
  holder: Holder,
  candidates: Candidates,
  facts: ActionFacts,
  judging: Judging,
): Authority {
  let outcome: AuthorityOutcome = "no_grant";
  let closest: GrantVersion | undefined;
  for (const history of near(candidates, facts)) {
    const version = versionFor(history, candidates, facts, judging.control);
    if (version === undefined) continue;
    const next = outcomeOf(history, version, facts, judging);
    if (closest !== undefined && closeness.get(next)! <= closeness.get(outcome)!) continue;
    outcome = next;
    closest = version;
    if (outcome === "granted") break;
  }
  if (closest !== undefined) return authorityOf(outcome, closest);
  const first = firstOf(holder, candidates, facts, judging.control);
  return first === undefined ? noGrant : authorityOf("outside_scope", first);
}

/** Grants that a resource of the action leads to. Looked at only where they are many, as an action makes objects of its resources. */
function near(candidates: Candidates, facts: ActionFacts): readonly GrantHistory[] {
  return candidates.isMany ? candidates.near(facts.resources[0]?.id ?? "") : candidates.histories;
}

/** Of a grant the version that stands for the identity, if it takes the operation. */
function versionFor(
  history: GrantHistory,
  { form }: Candidates,
  facts: ActionFacts,
  control: number,
): GrantVersion | undefined {
  const version = versionOf(history, facts, control);
  // That one of its versions takes the operation is known.
  if (version === undefined || history.versions.length === 1) return version;
  return takesOperation(version, facts.operation, form) ? version : undefined;
}

function firstOf(
  holder: Holder,
  candidates: Candidates,
  facts: ActionFacts,
  control: number,
): GrantVersion | undefined {
  for (const history of candidates.histories) {
    const version = versionFor(history, candidates, facts, control);
    if (version !== undefined) return version;
  }
  for (const history of holder.histories) {
    const version = versionOf(history, facts, control);
    if (version !== undefined) return version;
  }
  return undefined;
}

function authorityOf(outcome: AuthorityOutcome, { granted }: GrantVersion): Authority {
  return outcome === "granted" ? granted : { ...granted, outcome };
}

function outcomeOf(
  history: GrantHistory,
  version: GrantVersion,
  facts: ActionFacts,
  judging: Judging,
): AuthorityOutcome {
  const { startedAtUs } = facts;
  if (!takesResources(version, facts)) return "outside_scope";
  // Written so that what is no number is outside.
  if (!(startedAtUs >= version.fromUs && startedAtUs < version.untilUs)) return "outside_window";
  if (version.isInHours?.(startedAtUs) === false) return "outside_hours";
  const takenBackAtUs = revokedAtUs(history, version, judging.control);
  if (takenBackAtUs !== undefined && startedAtUs >= takenBackAtUs) return "revoked";
  for (const { outcome, holds } of version.circumstances) if (!holds(facts, judging)) return outcome;
  const { usage, usedAtUs } = judging;
  const crossed = version.limits && usage?.crossed(version, facts, usedAtUs);
  if (crossed !== undefined) return crossed;
  return version.grant.ask && !isApproved(facts, judging) ? "unapproved" : "granted";
}

const takesOperation = ({ operations }: GrantVersion, operation: string, form: NameForm): boolean =>
  operations.some((one) => one.takes(operation, form));

function takesResources(version: GrantVersion, facts: ActionFacts): boolean {
  if (version.takesAnyResource) return true;
  // Looked at only here: an action makes objects of its resources when it is asked for them.
  const { resources } = facts;
  if (resources.length === 0) return takesResource(version, "");
  return resources.every(({ id }) => takesResource(version, id));
}

function takesResource({ resources }: GrantVersion, id: string): boolean {
  const form = formOf(id);
  return resources.some((one) => one.takes(id, form));
}
