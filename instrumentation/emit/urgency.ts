import type { Attributes } from "@opentelemetry/api";
import type { ActionKind } from "../../schemas/index.ts";

const urgentKinds: ReadonlySet<unknown> = new Set<ActionKind>([
  "secret_read",
  "secret_write",
  "permission_change",
  "credential_issue",
  "credential_revoke",
  "delegation",
  "exec",
]);

/** Whether a span is of high risk: it leaves first, is dropped last, and says when it begins. */
export function isUrgent(attributes: Attributes): boolean {
  return urgentKinds.has(attributes["nhi.action.kind"]) || attributes["nhi.action.risk"] === "high";
}

/** Whether a record of its beginning is worth having: it is of high risk, or long. */
export function tellsStart(attributes: Attributes): boolean {
  return isUrgent(attributes) || attributes["nhi.action.kind"] === "agent_run";
}
