import type { Authority, AuthorityOutcome, DecisionVerdict, GuardDefaults } from "../schemas/index.ts";
import type { PolicyBook } from "./book.ts";
import type { ActionFacts } from "./facts.ts";
import { authorise } from "./judge.ts";
import { standingOf } from "./standings.ts";

/** What a guard says of an action, and why. */
export interface Verdict {
  readonly verdict: DecisionVerdict;
  /** The boundary that was crossed, or what made it unnecessary to look. */
  readonly reason: AuthorityOutcome | "standing_paused" | "standing_revoked" | "exempt";
  readonly authority: Authority | undefined;
}

/** Thinking and starting up are no exercise of authority over anything. */
const exempt: ReadonlySet<string> = new Set(["model_call", "agent_run"]);

/** What holds where no grant speaks and the tenant said nothing. */
export const guardDefaults: GuardDefaults = { ungranted: "allow", uncovered: "deny" };

/**
 * What may happen to an action that is about to begin: by the standing of who acts, then by the grants; where they are silent, by
 * what the tenant said of such cases.
 *
 * @example
 * const { verdict, reason } = decide(book, { ...facts, kind: "tool_call", chainId: "" });
 */
export function decide(
  book: PolicyBook,
  facts: ActionFacts & { readonly kind: string; readonly chainId: string },
): Verdict {
  const all = Number.POSITIVE_INFINITY;
  const tenant = book.of(facts.tenant);
  const { standing } = standingOf(tenant, facts, facts.startedAtUs, all);
  if (standing === "revoked") return { verdict: "deny", reason: "standing_revoked", authority: undefined };
  if (standing === "paused") return { verdict: "ask", reason: "standing_paused", authority: undefined };
  if (exempt.has(facts.kind)) return { verdict: "allow", reason: "exempt", authority: undefined };
  const authority = authorise(book, all, facts);
  const { ungranted, uncovered } = tenant.guard.at(facts.startedAtUs, all)?.value ?? guardDefaults;
  return {
    verdict: verdictOf(authority.outcome, { ungranted, uncovered }),
    reason: authority.outcome,
    authority,
  };
}

/** What a guard says of an action by what authority says of it; standings come before that. */
export function verdictBy(kind: string, outcome: AuthorityOutcome, defaults: GuardDefaults): DecisionVerdict {
  return exempt.has(kind) ? "allow" : verdictOf(outcome, defaults);
}

function verdictOf(outcome: AuthorityOutcome, { ungranted, uncovered }: GuardDefaults): DecisionVerdict {
  if (outcome === "granted") return "allow";
  if (outcome === "unapproved") return "ask";
  return outcome === "no_grant" ? ungranted : uncovered;
}
