/** The contract: what the parts say to each other and to the world. Nouns only. */
export { attributes, type AttributeSpec } from "./attributes.ts";
export { Action, ActionKind, ActionStatus, LogPosition, Resource } from "./action.ts";
export { Alert } from "./alert.ts";
export { AttributionTable, type ActionRule, type Condition, type IdentityRule } from "./attribution.ts";
export { Chain, Link, LinkKind } from "./chain.ts";
export { ControlRecord } from "./control.ts";
export { Decision, DecisionOutcome, DecisionVerdict } from "./decision.ts";
export { Finding, Severity } from "./finding.ts";
export { Authority, AuthorityOutcome, Grant } from "./grant.ts";
export { Identity, IdentityKind, IdentityStrength } from "./identity.ts";
