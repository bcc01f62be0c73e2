import type { Authority } from "../../schemas/index.ts";
import type { Changes } from "../learn/changes.ts";
import type { ActionView } from "./action-view.ts";

/** What is followed of an identity, by what it is called in a finding. */
const followed: readonly (readonly [kind: string, attribute: string])[] = [
  ["agent", "gen_ai.agent.version"],
  ["service", "service.version"],
  ["model", "gen_ai.request.model"],
];

/** Notes which versions an action was done by and under. */
export function noteChanges(changes: Changes, action: ActionView, authority: Authority): void {
  const { startedAtUs } = action;
  for (const [kind, attribute] of followed) {
    const value = action.attribute(attribute);
    if (value !== undefined && value !== "") changes.note(kind, "", value, startedAtUs);
  }
  const { policyId, policyVersion } = authority;
  // Grants of an identity may rest on several policies, each with versions of its own.
  if (policyVersion !== "") changes.note("policy", policyId, policyVersion, startedAtUs);
}
