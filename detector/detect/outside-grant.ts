import { isExempt } from "../../policy/exempt.ts";
import type { AuthorityOutcome } from "../../schemas/index.ts";
import { fingerprint } from "../attribute/ids.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, noMemory, quiet } from "./detector.ts";
import { actionSql } from "./sql.ts";

const because: Readonly<Partial<Record<AuthorityOutcome, string>>> = {
  outside_scope: "outside the scope of its grants",
  outside_window: "outside the time window of its grant",
  outside_hours: "outside the hours of its grant",
  revoked: "under a grant that was taken back",
  task_closed: "without an open task that its grant asks for",
  wrong_environment: "in an environment that its grant doesn't name",
  wrong_network: "from a network that its grant doesn't name",
  wrong_session: "in a session that its grant doesn't name",
  wrong_credential: "with a kind of credential that its grant doesn't name",
  credential_too_old: "with a credential older than its grant allows",
  wrong_root: "on behalf of somebody whom its grant doesn't name",
  too_deep: "further down a chain of delegation than its grant allows",
  out_of_order: "out of the order of steps of its grant",
  over_retries: "tried again more often than its grant allows",
  over_rate: "more often than its grant allows",
  over_volume: "beyond the amount of data that its grant allows",
  unapproved: "without the approval of exactly this action that its grant asks for",
};

/**
 * An identity that holds grants did something that none of them covers. Says nothing of identities without any grant
 * (see no-grant). Misses: what a grant allows too widely.
 */
export const outsideGrant: Detector = {
  id: "outside-grant",
  version: 2,
  family: "authority",
  newMemory: () => noMemory,
  examine: ({ action, authority }) => {
    const reason = because[authority.outcome];
    if (reason === undefined || isExempt(action.kind)) return quiet;
    return [
      {
        name: authority.outcome,
        severity: action.mutating || action.kind !== "resource_access" ? "high" : "medium",
        cause: `${authority.outcome}|${whatOf(action, authority.outcome)}|${action.sessionId}`,
        tell: () => ({
          title: `${whatOf(action, authority.outcome)} ${reason}`,
          why: {
            outcome: authority.outcome,
            operation: action.operation,
            closestGrant: authority.grantId,
            approver: authority.approver,
            policy: `${authority.policyId} v${authority.policyVersion}`,
          },
          sql: `SELECT authority AS outcome, operation, grant_id AS closestGrant, approver, concat(policy_id, ' v', policy_version) AS policy FROM v_actions WHERE ${actionSql(action)}`,
        }),
      },
    ];
  },
  learn: () => undefined,
};

/** A longer endpoint stands in the cause as its fingerprint. */
const endpointCharsMax = 256;

/**
 * What was done beyond the scope. HTTP's few methods say little: each endpoint, which is the shape of its URL, is a thing of its
 * own, so that it is looked at, and accepted, by itself.
 */
function whatOf(action: ActionView, outcome: AuthorityOutcome): string {
  const { operation } = action;
  if (outcome !== "outside_scope") return operation;
  const [endpoint] = action.resources;
  if (endpoint?.kind !== "http_endpoint") return operation;
  return `${operation} ${endpoint.id.length > endpointCharsMax ? fingerprint(endpoint.id) : endpoint.id}`;
}
