import type { ActionKind, EvidenceKind } from "../../schemas/index.ts";
import type { Examined, NoticedBy } from "./detector.ts";
import { hasToolOrigin } from "./tool-origins.ts";
import { is } from "./patterns-words.ts";

const kinds: Readonly<Record<ActionKind, number>> = {
  tool_call: is.access,
  secret_read: is.access | is.read | is.secretRead,
  secret_write: is.access | is.write | is.privileged,
  resource_access: is.access,
  permission_change: is.write | is.privileged,
  credential_issue: is.write | is.privileged | is.tokenIssued,
  credential_revoke: is.write | is.privileged,
  delegation: is.write | is.privileged | is.delegation,
  approval: is.write,
  exec: is.access | is.execution,
  agent_run: 0,
  model_call: 0,
};

/** What is reached by these lies outside, so that asking them tells them something, too. */
const outside = new Set(["http_endpoint", "host", "url"]);

/** Kinds of evidence that speak of an identity's habit. */
const ofHabit: ReadonlySet<EvidenceKind> = new Set(["novelty", "lineage", "sequence", "volume", "peers"]);

/** Whether an action has no class at all, so that no step is made of it. */
export const isNoStep = (kind: ActionKind): boolean => kinds[kind] === 0;

/**
 * Whether detectors of behaviour found the action out of character: by a finding of medium that rests on more than a thing being new,
 * which happens in honest work as well. What was only noticed is below the line that a budget of false alarms draws.
 */
function isStrange(noticed: readonly NoticedBy[]): boolean {
  for (const { severity, evidence } of noticed) {
    if (!evidence.some((kind) => ofHabit.has(kind))) continue;
    const isSaid = severity !== undefined && severity !== "info" && severity !== "low";
    if (isSaid && evidence.some((kind) => kind !== "novelty" && ofHabit.has(kind))) return true;
  }
  return false;
}

/** All that holds of an action, as bits of `is`. */
export function factsOf({ action, authority, noticed }: Examined): number {
  let facts = kinds[action.kind];
  if ((facts & (is.access | is.write)) === is.access && (facts & is.secretRead) === 0) {
    if (action.mutating) facts |= is.write | is.outgoing;
    else facts |= outside.has(action.resourceKind) ? is.read | is.outgoing : is.read;
  }
  if (action.pathLength > 2) facts |= is.delegated;
  if (action.credentialId !== "") facts |= is.credential;
  if ((facts & is.write) !== 0 || (facts & is.outgoing) !== 0) {
    if (hasToolOrigin(action)) facts |= is.fromTool;
  }
  if (authority.outcome !== "granted" && authority.outcome !== "no_grant") facts |= is.ungranted;
  return noticed.length > 0 && isStrange(noticed) ? facts | is.strange : facts;
}
