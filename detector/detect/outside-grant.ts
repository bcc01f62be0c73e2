import type { AuthorityOutcome } from "../../schemas/index.ts";
import { type Detector, noMemory, quiet } from "./detector.ts";
import { actionSql } from "./sql.ts";

const because: Readonly<Partial<Record<AuthorityOutcome, string>>> = {
  outside_scope: "outside the scope of its grants",
  outside_window: "outside the time window of its grant",
  revoked: "under a grant that was taken back",
};

/** Thinking and starting up are no exercise of authority over anything. */
const exempt = new Set(["model_call", "agent_run"]);

/**
 * An identity that holds grants did something that none of them covers. Says nothing of identities without any grant
 * (see no-grant). Misses: what a grant allows too widely.
 */
export const outsideGrant: Detector = {
  id: "outside-grant",
  version: 1,
  newMemory: () => noMemory,
  examine: ({ action, authority }) => {
    const reason = because[authority.outcome];
    if (reason === undefined || exempt.has(action.kind)) return quiet;
    return [
      {
        name: authority.outcome,
        severity: action.mutating || action.kind !== "resource_access" ? "high" : "medium",
        cause: `${authority.outcome}|${action.operation}|${action.sessionId}`,
        tell: () => ({
          title: `${action.operation} ${reason}`,
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
