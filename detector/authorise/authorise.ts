import type { Authority, AuthorityOutcome, Resource } from "../../schemas/index.ts";
import { type GrantBook, grantsOf, type StandingGrant } from "./grant-book.ts";

/** What authority is asked about: who did what to which resources, and when. */
export interface AuthorityQuestion {
  readonly tenant: string;
  readonly identityId: string;
  readonly operation: string;
  readonly resources: readonly Resource[];
  readonly startedAtUs: number;
}

/** From farthest to closest: of several grants that don't cover an action, the closest explains it. */
const closeness: readonly AuthorityOutcome[] = [
  "no_grant",
  "outside_scope",
  "outside_window",
  "revoked",
  "granted",
];

/**
 * Judges one action by the grants that stood at position `control` of the control log. Deterministic from the first
 * action on; the order in which actions arrive doesn't matter.
 *
 * @example
 * const { outcome, approver } = authorise(book, 17, { tenant: "default", identityId: "agent:triage", operation: "tickets.open", resources: [], startedAtUs });
 */
export function authorise(book: GrantBook, control: number, question: AuthorityQuestion): Authority {
  return judgeBy(grantsOf(book, question, control), question);
}

const noGrant: Authority = {
  outcome: "no_grant",
  grantId: "",
  approver: "",
  approvalId: "",
  policyId: "",
  policyVersion: "",
};

/** The same by the grants of the identity as they stood when the action started. */
export function judgeBy(standing: readonly StandingGrant[], question: AuthorityQuestion): Authority {
  let outcome: AuthorityOutcome = "no_grant";
  let closest: StandingGrant | undefined;
  for (const grant of standing) {
    const next = outcomeOf(grant, question);
    if (closeness.indexOf(next) <= closeness.indexOf(outcome)) continue;
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

function outcomeOf(grant: StandingGrant, question: AuthorityQuestion): AuthorityOutcome {
  if (!inScope(grant, question)) return "outside_scope";
  if (question.startedAtUs < grant.fromUs || question.startedAtUs >= grant.untilUs) return "outside_window";
  if (grant.revokedAtUs !== undefined && question.startedAtUs >= grant.revokedAtUs) return "revoked";
  return "granted";
}

/** Whether the same operation on another resource may be judged otherwise. */
export function mindsResource(
  standing: readonly StandingGrant[],
  { operation }: Pick<AuthorityQuestion, "operation">,
): boolean {
  return standing.some((grant) => !grant.takesAnyResource && takesOperation(grant, operation));
}

const takesOperation = (grant: StandingGrant, operation: string): boolean =>
  grant.operationMatches.some((matches) => matches(operation));

function inScope(grant: StandingGrant, question: AuthorityQuestion): boolean {
  if (!takesOperation(grant, question.operation)) return false;
  if (grant.takesAnyResource) return true;
  // Looked at only here: an action makes objects of its resources when it is asked for them.
  const { resources } = question;
  const ids = resources.length === 0 ? [""] : resources.map((one) => one.id);
  return ids.every((id) => grant.resourceMatches.some((matches) => matches(id)));
}
