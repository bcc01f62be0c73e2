import type { Authority, AuthorityOutcome } from "../schemas/index.ts";
import type { PolicyBook } from "./book.ts";
import type { ActionFacts } from "./facts.ts";
import { grantsOf, type StandingGrant } from "./grants.ts";

/**
 * Judges one action by the grants that stood at position `control` of the control log. Deterministic from the first
 * action on; the order in which actions arrive doesn't matter.
 *
 * @example
 * const { outcome, approver } = authorise(book, 17, { tenant: "default", identityId: "agent:triage", operation: "tickets.open", resources: [], startedAtUs });
 */
export function authorise(book: PolicyBook, control: number, facts: ActionFacts): Authority {
  return judgeBy(grantsOf(book.of(facts.tenant).grants, facts, control), facts);
}

/** Of several grants that don't cover an action, the closest explains it. */
const closeness = (outcome: AuthorityOutcome): number => fromFarthest.indexOf(outcome);

/** As in `AuthorityOutcome`, whose list would bring zod into the processes of others. */
const fromFarthest: readonly AuthorityOutcome[] = [
  "no_grant",
  "outside_scope",
  "outside_window",
  "outside_hours",
  "revoked",
  "task_closed",
  "wrong_environment",
  "wrong_network",
  "wrong_session",
  "wrong_credential",
  "credential_too_old",
  "wrong_root",
  "too_deep",
  "out_of_order",
  "over_retries",
  "over_rate",
  "over_volume",
  "unapproved",
  "granted",
];

const noGrant: Authority = {
  outcome: "no_grant",
  grantId: "",
  approver: "",
  approvalId: "",
  policyId: "",
  policyVersion: "",
};

/** The same by the grants of the identity as they stood when the action started. */
export function judgeBy(standing: readonly StandingGrant[], facts: ActionFacts): Authority {
  let outcome: AuthorityOutcome = "no_grant";
  let closest: StandingGrant | undefined;
  for (const grant of standing) {
    const next = outcomeOf(grant, facts);
    if (closeness(next) <= closeness(outcome)) continue;
    outcome = next;
    closest = grant;
    if (outcome === "granted") break;
  }
  if (closest === undefined) return noGrant;
  const { id, approver, approval = "", policy } = closest.grant;
  return {
    outcome,
    grantId: id,
    approver,
    approvalId: approval,
    policyId: policy.id,
    policyVersion: policy.version,
  };
}

function outcomeOf(grant: StandingGrant, facts: ActionFacts): AuthorityOutcome {
  if (!inScope(grant, facts)) return "outside_scope";
  if (facts.startedAtUs < grant.fromUs || facts.startedAtUs >= grant.untilUs) return "outside_window";
  if (grant.revokedAtUs !== undefined && facts.startedAtUs >= grant.revokedAtUs) return "revoked";
  return "granted";
}

/** Whether the same operation on another resource may be judged otherwise. */
export function mindsResource(
  standing: readonly StandingGrant[],
  { operation }: Pick<ActionFacts, "operation">,
): boolean {
  return standing.some((grant) => !grant.takesAnyResource && takesOperation(grant, operation));
}

const takesOperation = (grant: StandingGrant, operation: string): boolean =>
  grant.operationMatches.some((matches) => matches(operation));

function inScope(grant: StandingGrant, facts: ActionFacts): boolean {
  if (!takesOperation(grant, facts.operation)) return false;
  if (grant.takesAnyResource) return true;
  // Looked at only here: an action makes objects of its resources when it is asked for them.
  const { resources } = facts;
  const ids = resources.length === 0 ? [""] : resources.map((one) => one.id);
  return ids.every((id) => grant.resourceMatches.some((matches) => matches(id)));
}
