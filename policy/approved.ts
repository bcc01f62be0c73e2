import type { Judging } from "./judge.ts";
import type { ActionFacts } from "./facts.ts";

/**
 * Whether the approval that an action names stands for it: asked for exactly this action, approved before it started by somebody
 * else than who acts, not denied, not expired, and not the one of an action before.
 */
export function isApproved(facts: ActionFacts, { book, control, usage }: Judging): boolean {
  const { approvalId, digest, identityId, startedAtUs } = facts;
  if (approvalId === "" || digest === "") return false;
  const history = book.approvals.of(approvalId);
  const asked = history?.first(control)?.value;
  if (asked?.kind !== "asked" || history === undefined) return false;
  const { request } = asked;
  if (request.digest !== digest || request.identityId !== identityId) return false;
  if (startedAtUs >= request.expiresAtUs || usage?.wasApproved(approvalId) === true) return false;
  let approved = false;
  for (const { value, atUs, author } of history.before(control)) {
    if (value.kind !== "answered" || atUs > startedAtUs || author === identityId) continue;
    if (value.answer === "denied") return false;
    approved = true;
  }
  return approved;
}
