import type { Authority } from "../../schemas/index.ts";
import type { AskedFacts } from "./facts.ts";

/** What is wrong, as the end of a sentence that says who may not do what. */
const because: Readonly<Record<string, string>> = {
  no_grant: "nobody granted it anything",
  outside_scope: "no grant covers this operation on this resource",
  outside_window: "its grant does not count at this time",
  outside_hours: "its grant does not count at this hour",
  revoked: "its grant was taken back",
  task_closed: "the task that its grant hangs on is not open",
  wrong_environment: "its grant does not count in this environment",
  wrong_network: "its grant does not count from this network",
  wrong_session: "its grant does not count in this session",
  wrong_credential: "its grant does not count with this credential",
  credential_too_old: "its credential was issued too long ago",
  wrong_root: "its grant does not count for whoever stands behind this",
  too_deep: "the work was handed on too often",
  out_of_order: "other steps come before this one",
  over_retries: "it was tried too often",
  over_rate: "it was done too often",
  over_volume: "too much was read already",
  unapproved: "a person has to approve exactly this first",
  standing_paused: "it is paused until a person lets it go on",
  standing_revoked: "it was stopped, and may do nothing any more",
  stale_snapshot: "nothing was heard lately of what it may do",
  no_snapshot: "it is not known yet what it may do",
  unknown_identity: "it is not known yet what it may do",
  guard_failed: "the guard could not decide",
  approval_denied: "a person said no",
  approval_expired: "nobody answered in time",
  approval_used: "the approval was used already",
  approval_failed: "a person has to approve it, and could not be asked",
  arguments_changed: "its arguments are not those that were approved",
};

/** A sentence for whoever tried, a model for example. Names alone; values are not in it. */
export function messageOf(
  { identityId, operation, resources }: AskedFacts,
  reason: string,
  authority: Authority | undefined,
): string {
  const [first] = resources;
  const what = `${operation}${first === undefined || first.id === "" ? "" : ` on ${first.id}`}`;
  const who = identityId === "" ? "this process" : identityId;
  const why = because[reason] ?? reason.replaceAll("_", " ");
  const by =
    authority === undefined || authority.grantId === ""
      ? ""
      : ` (grant ${authority.grantId}, policy ${authority.policyId} ${authority.policyVersion})`;
  return `${who} may not do ${what}: ${why}${by}.`;
}
