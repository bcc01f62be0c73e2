/** The contract: what the parts say to each other and to the world. Nouns only. */
export { attributes, type AttributeSpec } from "./attributes.ts";
export { Action, ActionKind, ActionStatus, LogPosition, Resource } from "./action.ts";
export { ActionPattern, actionPatterns } from "./action-pattern.ts";
export { Alert } from "./alert.ts";
export { ActionDigest, ApprovalAnswer, ApprovalRequest, ApprovalState } from "./approval.ts";
export { AttributionTable, type ActionRule, type Condition, type IdentityRule } from "./attribution.ts";
export { Chain, Link, LinkKind } from "./chain.ts";
export { CloudOperation, CloudTable } from "./cloudtrail.ts";
export { Conditions } from "./condition.ts";
export { ControlRecord, subjectOf } from "./control.ts";
export { Decision, DecisionOutcome, DecisionVerdict } from "./decision.ts";
export {
  Baseline,
  type Counted,
  Explanation,
  type Nearest,
  type Normal,
  type Recount,
  type TimelineAction,
  type Usual,
} from "./explanation.ts";
export { EvidenceKind, Finding, Hint, Severity } from "./finding.ts";
export { frameworkIds, frameworks } from "./framework-ids.ts";
export { findingMap, frameworksOf, frameworksOfResponse, responseMap } from "./frameworks.ts";
export { Authority, AuthorityOutcome, Grant } from "./grant.ts";
export { GuardDefaults } from "./guard.ts";
export { Identity, IdentityEntry, IdentityKind, IdentityStrength } from "./identity.ts";
export { type OperationClass, operationClasses } from "./operation-classes.ts";
export { PeerGroup, PeerMembership, PeerUses } from "./peers.ts";
export { Playbook, ResponseKind, Safeguards } from "./playbook.ts";
export { PolicyFile } from "./policy-file.ts";
export { Response } from "./response.ts";
export { Standing, StandingSubject } from "./standing.ts";
export { Suppression } from "./suppression.ts";
export { Task } from "./task.ts";
export { Verdict } from "./verdict.ts";
