/** What runs in other people's processes: it says who did what, and changes nothing of it but what a guard denies. */
export { record } from "./action/record.ts";
export type { RecordedAction, TouchedResource } from "./action/span-model.ts";
export { tool, type ToolOptions } from "./action/tool.ts";
export { start, type Answerable, type Stats } from "./answerable.ts";
export {
  credential,
  type CredentialName,
  delegate,
  type Delegate,
  exec,
  permissionChange,
  reference,
  resourceAccess,
  secretRead,
} from "./action/doors.ts";
export { type CollectedAction, type CollectedActions, collectActions } from "./collect-actions.ts";
export { guard, type GuardDecision } from "./guard/ask.ts";
export { ActionDenied } from "./guard/denied.ts";
export type { GuardStats } from "./guard/guard.ts";
export type { FailMode, GuardOptions } from "./guard/settings.ts";
export { prompt, system, toolOutput } from "./action/traced-values.ts";
export { type Carrier, extract, inject } from "./scope/carry.ts";
export { type Carried, runAs, type RunAs } from "./scope/run-as.ts";
export { readToken } from "./scope/token-now.ts";
export type { TokenScope } from "./scope/token.ts";
export type { ActingIdentity, Scope } from "./scope/scope.ts";
export type { Limits } from "./limits.ts";
export type { StartOptions } from "./settings.ts";
export type { LeavingSpan } from "./emit/leaving.ts";
export type { Sent, SpanSink } from "./emit/sink.ts";
