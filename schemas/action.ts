import { z } from "zod";
import { Decision } from "./decision.ts";
import { Authority } from "./grant.ts";
import { IdentityKind, IdentityStrength } from "./identity.ts";

/** What an identity can do, in twelve words. */
export const ActionKind = z.enum([
  "tool_call",
  "secret_read",
  "secret_write",
  "resource_access",
  "permission_change",
  "credential_issue",
  "credential_revoke",
  "delegation",
  "approval",
  "exec",
  "agent_run",
  "model_call",
]);
export type ActionKind = z.infer<typeof ActionKind>;

/** How it ended; `denied` when a guard or the called service refused it. */
export const ActionStatus = z.enum(["ok", "error", "denied"]);
export type ActionStatus = z.infer<typeof ActionStatus>;

/** Something an action touched, and where the name of it came from (`prompt`, `system`, `tool:<operation>`, `none`). */
export const Resource = z.strictObject({
  id: z.string().max(1024),
  kind: z.string().max(64),
  origin: z.string().max(256).describe("Where the value came from; empty when the sender does not say."),
});
export type Resource = Readonly<z.infer<typeof Resource>>;

/** Where in the log the span of this action stood; the audit counts by it. */
export const LogPosition = z.strictObject({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  index: z.number().int().describe("Ordinal of the span within its record, from 0."),
  atMs: z.number().int().describe("When the log took the record, milliseconds since 1970."),
});
export type LogPosition = Readonly<z.infer<typeof LogPosition>>;

/**
 * One thing an identity did. Its id is computed, `sha256(trace id ‖ span id ‖ phase)` cut to 128 bits, so that a replay
 * gives the same row. Instants are microseconds since 1970 by the sender's clock.
 */
export const Action = z.strictObject({
  id: z.string().length(32),
  tenant: z.string(),
  chainId: z.string(),
  sessionId: z.string(),
  taskId: z.string(),
  traceId: z.string().length(32),
  spanId: z.string().length(16),
  parentId: z.string().describe("Action id the parent span would have; empty for a root."),
  step: z.number().int().describe("Ordinal within the session as the sender counts, -1 when it does not."),
  identityId: z.string(),
  identityKind: IdentityKind,
  strength: IdentityStrength,
  identityRule: z.string(),
  owner: z.string(),
  path: z
    .array(z.string())
    .readonly()
    .describe("Delegation path: root principal first, acting identity last."),
  kind: ActionKind,
  operation: z.string().describe("Low-cardinality name of what was done, for example vault.kv.read."),
  rule: z.string().describe("Id of the attribution rule that recognised the span."),
  resources: z.array(Resource).readonly().describe("The main one first; empty when the action has none."),
  mutating: z
    .boolean()
    .describe("Whether it changes something or sends something out, as far as the span says."),
  network: z.string().describe("Network address it came from, empty when unknown."),
  credentialId: z.string(),
  claimedGrantId: z.string().describe("The grant the sender says it acts under."),
  claimedApprovalId: z.string().describe("The approval the sender says it acts under."),
  status: ActionStatus,
  errorType: z.string(),
  startedAtUs: z.number().int(),
  endedAtUs: z.number().int(),
  decision: Decision.nullable(),
  authority: Authority,
  signals: z
    .array(z.string())
    .readonly()
    .describe(
      "What the detectors noticed about it, as rule/signal, whether or not it became a finding of its own.",
    ),
  score: z
    .number()
    .nonnegative()
    .describe("How far from the identity's habit it is, in bits: the most that a detector said."),
  late: z.boolean().describe("Came when an action of the same identity that ended later had been judged."),
  clockSuspect: z.boolean().describe("Its clock is more than five minutes ahead of ours."),
  source: z.string().describe("Name of the authenticated client that delivered it; empty on loopback."),
  attributes: z.record(z.string(), z.string()).describe("The known attributes of the span, as text."),
  position: LogPosition,
});
export type Action = Readonly<z.infer<typeof Action>>;
