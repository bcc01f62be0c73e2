import type { Authority, Grant } from "../schemas/index.ts";
import { type Circumstance, circumstancesOf } from "./circumstances.ts";
import { compileHours } from "./hours.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { type NamePattern, namePattern } from "./names.ts";

/** One version of a grant as the control log brought it, compiled. */
export interface GrantVersion {
  readonly grant: Grant;
  /** What is said of each action that it covers. */
  readonly granted: Authority;
  /** Position of the entry in the control log. */
  readonly position: number;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly grantee: NamePattern;
  readonly operations: readonly NamePattern[];
  readonly resources: readonly NamePattern[];
  /** Whether it takes every resource, so that nobody need look at which. */
  readonly takesAnyResource: boolean;
  /** Undefined where it counts at all hours. */
  readonly isInHours: ((atUs: number) => boolean) | undefined;
  /** What must hold, from the farthest boundary to the closest. */
  readonly circumstances: readonly Circumstance[];
  /** Undefined where it doesn't matter what was done before. */
  readonly limits: Limits | undefined;
  /** Whether two actions of one operation at one instant may be judged otherwise. */
  readonly mindsAction: boolean;
}

/** A grant without a start counts from the moment it was given: authority doesn't reach back unless someone wrote so. */
export function compileGrant(grant: Grant, givenAtUs: number, position: number): GrantVersion {
  const { window, conditions, ask } = grant;
  const resources = grant.resources.map(namePattern);
  const takesAnyResource = resources.some((one) => one.isOpen);
  const circumstances = circumstancesOf(conditions);
  const limits = limitsOf(conditions);
  return {
    grant,
    granted: grantedBy(grant),
    position,
    fromUs: window.from === undefined ? givenAtUs : Date.parse(window.from) * 1000,
    untilUs: window.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(window.until) * 1000,
    grantee: namePattern(grant.grantee),
    operations: grant.operations.map(namePattern),
    resources,
    takesAnyResource,
    isInHours: conditions.hours === undefined ? undefined : compileHours(conditions.hours),
    circumstances,
    limits,
    mindsAction:
      !takesAnyResource ||
      ask ||
      limits !== undefined ||
      circumstances.length > 0 ||
      conditions.hours !== undefined,
  };
}

function grantedBy({ id, approver, approval = "", policy }: Grant): Authority {
  return {
    outcome: "granted",
    grantId: id,
    approver,
    approvalId: approval,
    policyId: policy.id,
    policyVersion: policy.version,
  };
}
