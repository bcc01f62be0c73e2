import type { Authority, AuthorityOutcome, DecisionVerdict, GuardDefaults } from "../schemas/index.ts";
import type { PolicyBook } from "./book.ts";
import { isExempt } from "./exempt.ts";
import type { ActionFacts } from "./facts.ts";
import { authorise } from "./judge.ts";
import { standingOf } from "./standings.ts";
import type { Usage } from "./usage.ts";

/** What a guard says of an action, and why. */
export interface Verdict {
  readonly verdict: DecisionVerdict;
  /** The boundary that was crossed, or what made it unnecessary to look. */
  readonly reason: AuthorityOutcome | "standing_paused" | "standing_revoked" | "exempt";
  readonly authority: Authority | undefined;
}

/** What holds where no grant speaks and the tenant said nothing. */
export const guardDefaults: GuardDefaults = { ungranted: "allow", uncovered: "deny" };

/**
 * What may happen to an action that is about to begin: by the standing of who acts, then by the grants; where they are silent, by
 * what the tenant said of such cases. `usage` is what the identity did before, as `beginUse` and `endUse` noted it; without it, no
 * limit of a grant is looked at.
 *
 * @example
 * const { verdict, reason } = decide(book, { ...facts, kind: "tool_call", chainId: "" }, usage);
 */
export function decide(
  book: PolicyBook,
  facts: ActionFacts & { readonly kind: string; readonly chainId: string },
  usage?: Usage,
): Verdict {
  const all = Number.POSITIVE_INFINITY;
  const tenant = book.of(facts.tenant);
  // What can't be compared with what was decided, and when, is before and after nothing: not even a revocation.
  if (!Number.isFinite(facts.startedAtUs))
    return { verdict: "deny", reason: "outside_window", authority: undefined };
  const { standing } = standingOf(tenant, facts, facts.startedAtUs, all);
  if (standing === "revoked") return { verdict: "deny", reason: "standing_revoked", authority: undefined };
  if (standing === "paused") return { verdict: "ask", reason: "standing_paused", authority: undefined };
  if (isExempt(facts.kind)) return { verdict: "allow", reason: "exempt", authority: undefined };
  const authority = authorise(book, all, facts, usage);
  const silence = tenant.guard.at(facts.startedAtUs, all)?.value ?? guardDefaults;
  return { verdict: verdictOf(authority.outcome, silence), reason: authority.outcome, authority };
}

/** What a guard says of an action by what authority says of it; standings come before that. */
export function verdictBy(kind: string, outcome: AuthorityOutcome, defaults: GuardDefaults): DecisionVerdict {
  return isExempt(kind) ? "allow" : verdictOf(outcome, defaults);
}

function verdictOf(outcome: AuthorityOutcome, { ungranted, uncovered }: GuardDefaults): DecisionVerdict {
  if (outcome === "granted") return "allow";
  if (outcome === "unapproved") return "ask";
  return outcome === "no_grant" ? ungranted : uncovered;
}
