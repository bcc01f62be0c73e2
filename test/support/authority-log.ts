/** Actions that stand against what people decided in every way there is, under awkward names; and the book that says so. */
import { PolicyBook } from "../../policy/book.ts";
import { ApprovalRequest, type AuthorityOutcome, type ControlRecord } from "../../schemas/index.ts";
import type { AttributedAction } from "./actions.ts";
import { builtAtUs, grantWith, judgedWith } from "./build.ts";
import type { Judged } from "./stepped.ts";

const tenant = "o'corp\\{before}";
const me = "agent:m'e\\ FROM v_actions\n😀";
const minuteUs = 60_000_000;
const at = (minute: number): number => builtAtUs + minute * minuteUs;
const digest = (nth: number): string => String(nth).repeat(64);
const common = { tenant, author: "user:o'ana\\", atUs: at(0) };

const asked = (id: string, parts: Partial<ApprovalRequest> = {}): ControlRecord => ({
  kind: "approval_asked",
  ...common,
  approval: ApprovalRequest.parse({
    id,
    digest: digest(1),
    identityId: me,
    operation: "ship'it",
    resources: [],
    expiresAtUs: at(100_000),
    ...parts,
  }),
});
const answered = (approvalId: string, author = common.author, answer: "approved" | "denied" = "approved") =>
  ({ kind: "approval_answered", ...common, author, approvalId, answer, comment: "" }) as const;
const grant = (id: string, grantee: string, operations: string[], until?: string): ControlRecord => ({
  kind: "grant_given",
  ...common,
  grant: grantWith({ id, grantee, operations, window: until === undefined ? {} : { until } }),
});

const decided: readonly ControlRecord[] = [
  grant("g'1", me, ["*"], "2099-01-01T00:00:00Z"),
  grant("g'2", "agent:boss", ["mail.*"]),
  ...["ok", "late", "changed", "self"].map((id) => asked(id)),
  answered("ok"),
  answered("late"),
  answered("changed"),
  answered("self", me),
  asked("denied"),
  answered("denied", "user:bo", "denied"),
  asked("open"),
  asked("theirs", { identityId: "agent:boss" }),
  answered("theirs"),
  asked("expired", { expiresAtUs: at(1) }),
  answered("expired"),
  asked("stale", { grantId: "g'1", policyId: "p'1", policyVersion: "1" }),
  answered("stale"),
  { kind: "credential_revoked", ...common, credentialId: "jti'1", reason: "" },
  { kind: "task_opened", ...common, task: { id: "CHG'1", kind: "change", title: "" } },
  { kind: "task_closed", ...common, atUs: at(75.5), taskId: "CHG'1", reason: "" },
  ...(["paused", "revoked"] as const).map((standing): ControlRecord => ({
    kind: "standing_set",
    ...common,
    subject: { kind: "chain", id: standing },
    standing,
    reason: "it's \\ odd",
    isDryRun: false,
  })),
  {
    kind: "identity_declared",
    ...common,
    identity: {
      id: "agent:gone",
      owner: "t",
      environments: ["qa'1", "b"],
      offboardedAt: "2026-03-02T09:00:01Z",
    },
  },
];

/** What people decided. */
export function authorityBook(): PolicyBook {
  const book = new PolicyBook();
  decided.forEach((record, position) => book.enter(position, record));
  return book;
}

interface Parts extends Partial<AttributedAction> {
  readonly outcome?: AuthorityOutcome;
}

const seconds = (us: number): string => String(Math.floor(us / 1e6));
const environment = (name: string): Partial<AttributedAction> => ({
  attributes: { "deployment.environment.name": name },
});
const claims = (claimedApprovalId: string, nth = 1): Parts => ({
  claimedApprovalId,
  operation: "ship'it",
  attributes: { "nhi.action.digest": digest(nth) },
});

const acts: readonly Parts[] = [
  claims("ok"),
  claims("ok"),
  claims("nowhere"),
  claims("denied"),
  claims("open"),
  claims("theirs"),
  claims("expired"),
  claims("stale"),
  claims("self"),
  claims("changed", 2),
  { credentialId: "jti'1" },
  { credentialId: "jti'2", attributes: { "nhi.credential.expires_at": seconds(at(1)) } },
  { credentialId: "jti'3", attributes: { "nhi.credential.issued_at": "1000000000" } },
  { credentialId: "jti'4", taskId: "CHG'1" },
  { credentialId: "jti'4" },
  { chainId: "paused" },
  { chainId: "revoked", mutating: true, status: "denied" },
  { identityId: "agent:gone", ...environment("q'a") },
  { identityId: "agent:some", kind: "secret_read" },
  environment("stage'1"),
  environment("prod'1"),
  { path: ["agent:boss", me] },
  { path: [me, "agent:b'oss", me] },
  { path: ["user:ana", me], attributes: { "nhi.chain.depth": "5" } },
  { path: ["user:ana", ...Array.from({ length: 9 }, (_, n) => `agent:${n}`), me] },
  { sessionId: "s'1", taskId: "t'1", operation: "one" },
  { sessionId: "s'2", operation: "another session" },
  { sessionId: "s'1", taskId: "t'1", operation: "two", kind: "credential_issue" },
  { sessionId: "s'1", taskId: "t'1", operation: "three'", outcome: "outside_scope" },
];

/** The actions, one a record from `from` on. */
export function authorityLog(from: number): Judged[] {
  return acts.map(({ outcome = "granted", ...parts }, nth) => {
    const identityId = parts.identityId ?? me;
    const startedAtUs = at(62 + nth);
    const action = { tenant, identityId, path: [identityId], startedAtUs, ...parts };
    const one = judgedWith(from + nth, action);
    return { ...one, authority: { ...one.authority, outcome, grantId: "g'1" } };
  });
}
