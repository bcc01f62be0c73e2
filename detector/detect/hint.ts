import type { EvidenceKind, Hint } from "../../schemas/index.ts";
import type { Examined } from "./detector.ts";
import { hasToolOrigin } from "./tool-origins.ts";

/** What a hint rests on: a finding that was just made, the action it is about, and what else was noticed of that. */
export interface HintFacts extends Pick<Examined, "action" | "authority" | "noticed"> {
  readonly rule: string;
  readonly evidence: readonly EvidenceKind[];
  /** What changed about the identity lately. */
  readonly changes: readonly string[];
}

interface Reason {
  readonly hint: Exclude<Hint, "">;
  /** How much it speaks for it. */
  readonly weight: number;
  readonly says: string;
  readonly holds: (facts: HintFacts) => boolean;
}

const noticedBy =
  (rule: string) =>
  ({ noticed }: HintFacts): boolean =>
    noticed.some((one) => one.rule === rule);
const rests = ({ evidence }: HintFacts, kind: EvidenceKind): boolean => evidence.includes(kind);
/** What a person took back or ended, and is used all the same. */
const ended = new Set(["revoked", "task_closed"]);
const elsewhere = new Set(["wrong_environment", "wrong_network", "credential_too_old"]);
const limits = new Set(["over_retries", "over_rate", "outside_hours"]);
const decided = new Set(["standing-violated", "credential-misuse", "identity-lifecycle", "approval-drift"]);

/** All that speaks for one or another, in the order in which it is told. */
const reasons: readonly Reason[] = [
  {
    hint: "abuse",
    weight: 4,
    says: "an argument came out of a passage of a tool's output that gives instructions",
    holds: ({ action }) => /[^[\]"\s,]/u.test(action.attribute("nhi.args.instructed") ?? ""),
  },
  {
    hint: "abuse",
    weight: 3,
    says: "what was changed or sent to was named by a tool's output",
    holds: ({ action }) => action.mutating && hasToolOrigin(action),
  },
  {
    hint: "abuse",
    weight: 3,
    says: "several of its actions together are a known beginning of harm",
    holds: (facts) => rests(facts, "correlation"),
  },
  {
    hint: "abuse",
    weight: 3,
    says: "its sender claimed to be somebody else",
    holds: ({ action }) => action.isContradicted,
  },
  {
    hint: "abuse",
    weight: 3,
    says: "what it rests on was taken back, or is over",
    holds: ({ authority, rule }) => ended.has(authority.outcome) || decided.has(rule),
  },
  {
    hint: "abuse",
    weight: 2,
    says: "none of its grants covers it",
    holds: ({ authority: { outcome } }) =>
      outcome !== "granted" && outcome !== "no_grant" && !elsewhere.has(outcome) && !limits.has(outcome),
  },
  {
    hint: "misconfiguration",
    weight: 5,
    says: "the same call failed again and again",
    holds: noticedBy("repeated-errors"),
  },
  {
    hint: "misconfiguration",
    weight: 3,
    says: "its grants cover it, but not from this place or with this credential",
    holds: ({ authority }) => elsewhere.has(authority.outcome),
  },
  {
    hint: "misconfiguration",
    weight: 2,
    says: "its grants cover it, but not so often or at this hour",
    holds: ({ authority }) => limits.has(authority.outcome),
  },
  {
    hint: "misconfiguration",
    weight: 2,
    says: "nobody granted it anything",
    holds: ({ authority }) => authority.outcome === "no_grant",
  },
  {
    hint: "benign_change",
    weight: 4,
    says: "it changed lately, and first uses follow a change",
    holds: ({ changes }) => changes.length > 0,
  },
  { hint: "benign_change", weight: 3, says: "its peers do the same", holds: noticedBy("peers") },
  {
    hint: "benign_change",
    weight: 2,
    says: "its grants cover it",
    holds: ({ authority }) => authority.outcome === "granted",
  },
  {
    hint: "benign_change",
    weight: 2,
    says: "the prompt named it",
    holds: ({ action }) => action.resourceOrigin === "prompt" || action.resourceOrigin === "system",
  },
];

/** Of equal weight the graver counts. */
const gravestFirst = ["abuse", "misconfiguration", "benign_change"] as const;

/**
 * What a finding looks like, and what speaks for each: the weights of what holds are added up, and the most counts.
 *
 * @example
 * hintOf(facts); // { hint: "abuse", hintWhy: ["abuse: none of its grants covers it"] }
 */
export function hintOf(facts: HintFacts): { readonly hint: Hint; readonly hintWhy: string[] } {
  const held = reasons.filter(({ holds }) => holds(facts));
  let hint: Hint = "";
  let most = 0;
  for (const one of gravestFirst) {
    const weight = held.reduce((sum, reason) => (reason.hint === one ? sum + reason.weight : sum), 0);
    if (weight > most) [hint, most] = [one, weight];
  }
  return { hint, hintWhy: held.map((reason) => `${reason.hint}: ${reason.says}`) };
}
