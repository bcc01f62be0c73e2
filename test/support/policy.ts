/** Control logs and questions, so that a test names only what it is about. */
import { PolicyBook } from "../../policy/book.ts";
import type { ActionFacts } from "../../policy/facts.ts";
import type { ControlRecord, Grant } from "../../schemas/index.ts";
import { grantWith } from "./build.ts";

export const usOf = (iso: string): number => Date.parse(iso) * 1000;
const morning = "2026-03-02T08:00:00Z";
export const noon = "2026-03-02T12:00:00Z";
const common = { tenant: "default", author: "user:ana@acme.example" };

export const given = (parts: Partial<Grant> = {}, at = morning): ControlRecord => ({
  kind: "grant_given",
  ...common,
  atUs: usOf(at),
  grant: grantWith(parts),
});

export const opened = (id: string, at: string, kind = "change"): ControlRecord => ({
  kind: "task_opened",
  ...common,
  atUs: usOf(at),
  task: { id, kind, title: "" },
});

export const closed = (taskId: string, at: string): ControlRecord => ({
  kind: "task_closed",
  ...common,
  atUs: usOf(at),
  taskId,
  reason: "",
});

export const asked = (digest: string, expires = "2026-03-02T13:00:00Z"): ControlRecord => ({
  kind: "approval_asked",
  ...common,
  atUs: usOf(morning),
  approval: {
    id: "approval-1",
    digest,
    identityId: "agent:triage",
    operation: "tickets.open",
    resources: [],
    arguments: [],
    taskId: "",
    sessionId: "",
    chainId: "",
    grantId: "",
    policyId: "",
    policyVersion: "",
    expiresAtUs: usOf(expires),
  },
});

export const answered = (
  answer: "approved" | "denied",
  at: string,
  author = "user:ana@acme.example",
): ControlRecord => ({
  kind: "approval_answered",
  ...common,
  author,
  atUs: usOf(at),
  approvalId: "approval-1",
  answer,
  comment: "",
});

export function bookOf(log: readonly ControlRecord[]): PolicyBook {
  const book = new PolicyBook();
  log.forEach((record, position) => book.enter(position, record));
  return book;
}

export const factsWith = (parts: Partial<ActionFacts> = {}): ActionFacts => ({
  tenant: "default",
  identityId: "agent:triage",
  operation: "tickets.open",
  resources: [],
  startedAtUs: usOf(noon),
  taskId: "",
  sessionId: "",
  network: "",
  environment: "",
  credentialType: "",
  credentialIssuedAt: undefined,
  path: ["agent:triage"],
  approvalId: "",
  digest: "",
  ...parts,
});
