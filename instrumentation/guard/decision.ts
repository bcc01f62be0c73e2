import type { Attributes } from "@opentelemetry/api";
import type { Authority, DecisionOutcome, DecisionVerdict } from "../../schemas/index.ts";
import { messageOf } from "./message.ts";
import type { AskedFacts } from "./facts.ts";

/** What the guard says of an action, before anything came of it. */
export interface GuardDecision {
  readonly verdict: DecisionVerdict;
  /** In one word: the boundary that was crossed, or why it wasn't looked for; see `nhi.decision.reason`. */
  readonly reason: string;
  /** A sentence for whoever asks; empty where it may go ahead. */
  readonly message: string;
  /** For how long the guard had heard nothing, in milliseconds; undefined where it never heard anything. */
  readonly ageMs: number | undefined;
  /** The grant it rests on, or that came closest, with its policy; empty where there is none. */
  readonly grantId: string;
  readonly policyId: string;
  readonly policyVersion: string;
}

/** The same, with what only we need. */
export interface Decided extends GuardDecision {
  readonly facts: AskedFacts;
  readonly authority: Authority | undefined;
  /** Place of the control log up to which everything was known. */
  readonly position: number;
}

/** What came of it. */
export interface Passed {
  readonly outcome: DecisionOutcome;
  readonly reason: string;
  readonly approvalId?: string;
  readonly digest?: string;
}

/** A decision that is put together of its parts: the sentence is made when somebody reads it. */
export class Decision implements Decided {
  readonly verdict: DecisionVerdict;
  readonly reason: string;
  readonly facts: AskedFacts;
  readonly authority: Authority | undefined;
  readonly ageMs: number | undefined;
  readonly position: number;

  constructor(
    verdict: DecisionVerdict,
    reason: string,
    known: Pick<Decided, "facts" | "authority" | "ageMs" | "position">,
  ) {
    this.verdict = verdict;
    this.reason = reason;
    this.facts = known.facts;
    this.authority = known.authority;
    this.ageMs = known.ageMs;
    this.position = known.position;
  }

  get message(): string {
    return this.verdict === "allow" ? "" : messageOf(this.facts, this.reason, this.authority);
  }

  get grantId(): string {
    return this.authority?.grantId ?? "";
  }

  get policyId(): string {
    return this.authority?.policyId ?? "";
  }

  get policyVersion(): string {
    return this.authority?.policyVersion ?? "";
  }
}

/** What the span of the action says, with what it says of the decision. */
export function decisionAttributes(
  attributes: Attributes | undefined,
  decided: Decided,
  passed: Passed,
): Attributes {
  const { verdict, ageMs, position } = decided;
  const { outcome, reason, approvalId, digest } = passed;
  const to: Attributes = {
    ...attributes,
    "nhi.decision.verdict": verdict,
    "nhi.decision.outcome": outcome,
    "nhi.decision.reason": reason,
  };
  if (position >= 0) to["nhi.decision.policy"] = position;
  if (ageMs !== undefined) to["nhi.decision.age_ms"] = Math.round(ageMs);
  if (approvalId !== undefined) to["nhi.approval.id"] = approvalId;
  if (digest !== undefined) to["nhi.action.digest"] = digest;
  return to;
}
