/** Valid things, so that a test names only what it is about. */
import { actionId } from "../../detector/attribute/ids.ts";
import type { Action, Finding, Grant } from "../../schemas/index.ts";
import type { AttributedAction } from "./actions.ts";
import type { Span } from "./span.ts";
import type { Judged } from "./stepped.ts";

/** Start of everything built here, microseconds since 1970. */
export const builtAtUs = Date.parse("2026-03-02T09:00:00Z") * 1000;

/** A valid action; its id follows from trace and span, its path from the identity, its end from its start. */
export function actionWith(parts: Partial<AttributedAction> = {}): AttributedAction {
  const { traceId = "1".repeat(32), spanId = "2".repeat(16), identityId = "agent:triage" } = parts;
  const startedAtUs = parts.startedAtUs ?? builtAtUs;
  return {
    id: actionId(traceId, spanId, "end"),
    tenant: "default",
    chainId: traceId,
    sessionId: "session-1",
    taskId: "",
    traceId,
    spanId,
    parentId: "",
    step: -1,
    identityId,
    identityKind: "ai_agent",
    strength: "claimed",
    identityRule: "nhi",
    owner: "",
    path: [identityId],
    kind: "tool_call",
    operation: "tickets.open",
    rule: "nhi",
    resources: [],
    mutating: false,
    network: "",
    credentialId: "",
    claimedGrantId: "",
    claimedApprovalId: "",
    status: "ok",
    errorType: "",
    startedAtUs,
    endedAtUs: startedAtUs + 1000,
    decision: null,
    source: "",
    attributes: {},
    ...parts,
  };
}

/** A span id out of a number. */
export function spanIdOf(ordinal: number): string {
  return ordinal.toString(16).padStart(16, "0");
}

/** An action under no grant, taken by the log the moment it ended, one record an action. */
export function judgedWith(
  offset: number,
  parts: Partial<AttributedAction> = {},
  judged: Partial<Judged> = {},
): Judged {
  const action = actionWith({ spanId: spanIdOf(offset + 1), ...parts });
  return {
    action,
    authority: {
      outcome: "no_grant",
      grantId: "",
      approver: "",
      approvalId: "",
      policyId: "",
      policyVersion: "",
    },
    position: {
      topic: "nhi.spans",
      partition: 0,
      offset,
      index: 0,
      atMs: Math.ceil(action.endedAtUs / 1000),
    },
    ...judged,
  };
}

/** A valid grant of everything to the built identity. */
export function grantWith(parts: Partial<Grant> = {}): Grant {
  return {
    id: "grant-1",
    grantee: "agent:triage",
    approver: "user:ana@acme.example",
    policy: { id: "support-agents", version: "14" },
    operations: ["*"],
    resources: ["*"],
    window: {},
    conditions: {},
    ask: false,
    ...parts,
  };
}

/** A span without attributes; `attributes` and `resource` are written as objects. */
export function spanWith(
  parts: Partial<Omit<Span, "attributes" | "resource">> & {
    readonly attributes?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
    readonly resource?: Readonly<Record<string, string>>;
  } = {},
): Span {
  return {
    index: 0,
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    parentSpanId: "",
    name: "work",
    kind: "client",
    startedAtUs: builtAtUs,
    endedAtUs: builtAtUs + 1000,
    status: "unset",
    scopeName: "",
    ...parts,
    attributes: new Map(Object.entries(parts.attributes ?? {})),
    resource: new Map(Object.entries(parts.resource ?? {})),
  };
}

/** A judged action as the store takes it. */
export function storedWith(offset: number, parts: Partial<Action> = {}): Action {
  const { action, authority, position } = judgedWith(offset, parts);
  return {
    ...action,
    authority,
    position,
    signals: [],
    score: 0,
    late: false,
    clockSuspect: false,
    ...parts,
  };
}

/** A valid finding. */
export function findingWith(parts: Partial<Finding> = {}): Finding {
  return {
    id: "f".repeat(32),
    tenant: "default",
    rule: "outside-grant",
    ruleVersion: 1,
    identityId: "agent:triage",
    episodeId: "e".repeat(32),
    chainId: "1".repeat(32),
    sessionId: "session-1",
    severity: "high",
    title: "mail.send outside the scope of its grants",
    cause: "outside_scope|mail.send|session-1",
    why: { outcome: "outside_scope" },
    sql: "SELECT 1",
    actionIds: [storedWith(0).id],
    frameworks: ["PR.AA-05", "ASI03"],
    evidence: ["authority"],
    confidence: "full",
    hint: "",
    hintWhy: [],
    changes: [],
    atUs: builtAtUs,
    ...parts,
  };
}
