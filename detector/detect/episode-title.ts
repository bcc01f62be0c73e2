import type { EvidenceKind } from "../../schemas/index.ts";
import { clip } from "../attribute/clip.ts";
import type { ActionView } from "./action-view.ts";

const titleCharsMax = 512;
const identityCharsMax = 128;
const nameCharsMax = 64;
/** What is remembered of how an episode began. */
const didCharsMax = 112;

/** What is odd about an action, by the rule that says so. */
const oddByRule: Readonly<Record<string, string>> = {
  "outside-grant": "beyond its grants",
  "no-grant": "without any grant",
  "privilege-creep": "beyond the boundary of its grant",
  "issue-then-lateral": "beyond its grants, just after it got a token",
  "approval-drift": "against its approval",
  "standing-violated": "although it was stopped",
  "credential-misuse": "with a credential that it should not use",
  "identity-lifecycle": "although it should not be there to act",
  delegation: "on a delegation that does not hold",
  "forged-identity": "under another's name",
  "first-use": "for the first time",
};

/** The same, by what it rests on, where the rule has no words of its own. */
const oddByEvidence: Readonly<Record<EvidenceKind, string>> = {
  authority: "against what was decided",
  novelty: "as it never did before",
  lineage: "with a value out of a tool's output",
  sequence: "in an order in which it never did",
  volume: "far more than it ever did",
  peers: "as none of its peers does",
  integrity: "in a way that can't be trusted",
  correlation: "after what it did just before",
};

/** What an identity did, for the title of an episode: what, towards what, and what is odd about it. */
export function didOf(action: ActionView, rule: string, evidence: readonly EvidenceKind[]): string {
  const odd = oddByRule[rule] ?? oddByEvidence[evidence[0] ?? "novelty"];
  return clip(`${whatOf(action)} ${odd}`, didCharsMax);
}

function whatOf({ kind, operation, mutating, resourceId = "", resourceKind }: ActionView): string {
  const thing = clip(resourceId, nameCharsMax);
  const orSome = (some: string): string => (thing === "" ? some : thing);
  const called = clip(operation, nameCharsMax);
  switch (kind) {
    case "secret_read":
      return `read the secret ${orSome("of an unknown name")}`;
    case "secret_write":
      return `wrote the secret ${orSome("of an unknown name")}`;
    case "permission_change":
      return `changed rights on ${orSome("something")}`;
    case "credential_issue":
      return "got a token";
    case "delegation":
      return `handed work to ${orSome("somebody")}`;
    case "exec":
      return `ran ${called}`;
    case "tool_call":
    case "resource_access":
    case "credential_revoke":
    case "approval":
    case "agent_run":
    case "model_call":
      if (thing === "") return `used ${called}`;
      if (mutating && (resourceKind === "http_endpoint" || resourceKind === "host"))
        return `sent to ${thing}`;
      return `used ${called} on ${thing}`;
  }
}

/**
 * Title of an episode, as a person would say it.
 *
 * @param began what the identity did that opened it; "" where it opens now.
 * @param now what it did since that made it graver, or opened it.
 * @example
 * episodeTitle("agent:triage", "", "read a secret and sent to where it never did before");
 */
export function episodeTitle(identityId: string, began: string, now: string): string {
  const told = began === "" || began === now ? now : `${began}, then ${now}`;
  return clip(`${clip(identityId, identityCharsMax)} ${told}`, titleCharsMax);
}
