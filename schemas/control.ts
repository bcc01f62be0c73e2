import { z } from "zod";
import { ApprovalAnswer, ApprovalRequest } from "./approval.ts";
import { Grant } from "./grant.ts";
import { GuardDefaults } from "./guard.ts";
import { IdentityEntry } from "./identity.ts";
import { PeerGroup, PeerMembership } from "./peers.ts";
import { Playbook, Safeguards } from "./playbook.ts";
import { Standing, StandingSubject } from "./standing.ts";
import { Suppression } from "./suppression.ts";
import { Task } from "./task.ts";
import { Verdict } from "./verdict.ts";

const common = {
  tenant: z.string().min(1).max(128),
  author: z.string().min(1).max(512).describe("Who decided this."),
  atUs: z.number().int().nonnegative().describe("When it was decided, microseconds since 1970."),
};
const id = z.string().min(1).max(256);

const entry = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ kind: z.literal(kind), ...common, ...shape });

/**
 * One entry of the control log (`nhi.control`): something a person or another system decided. A later one about the same thing
 * replaces an earlier one from its place in the log on, and counts from `atUs` on.
 *
 * @example
 * const entry = ControlRecord.parse({ kind: "grant_revoked", tenant: "default", author: "user:ana", atUs: 1, grantId: "g1" });
 */
export const ControlRecord = z.discriminatedUnion("kind", [
  entry("grant_given", { grant: Grant }),
  entry("grant_revoked", { grantId: id }),
  entry("task_opened", { task: Task }),
  entry("task_closed", { taskId: id, reason: z.string().max(512).default("") }),
  entry("approval_asked", { approval: ApprovalRequest }),
  entry("approval_answered", {
    approvalId: id,
    answer: ApprovalAnswer,
    comment: z.string().max(512).default(""),
  }),
  // The first entry of an approval counts: whoever comes later has not been let through.
  entry("approval_used", {
    approvalId: id,
    digest: z.string().max(64),
    useId: z
      .string()
      .max(64)
      .exactOptional()
      .describe("Drawn by whoever writes the entry, so that it knows its own when it reads the log back."),
  }),
  entry("standing_set", {
    subject: StandingSubject,
    standing: Standing,
    reason: z.string().max(512),
    untilUs: z.number().int().nonnegative().exactOptional().describe("When it is active again by itself."),
    /** What a playbook answers: then `author` is `playbook:<id>`. */
    findingId: z.string().max(32).exactOptional(),
    isDryRun: z.boolean().default(false),
  }),
  entry("identity_declared", { identity: IdentityEntry }),
  entry("credential_revoked", {
    credentialId: z.string().min(1).max(512),
    reason: z.string().max(512).default(""),
  }),
  entry("playbook_given", { playbook: Playbook }),
  entry("playbook_removed", { playbookId: id }),
  entry("safeguards_set", { safeguards: Safeguards }),
  entry("guard_set", { defaults: GuardDefaults }),
  entry("behaviour_accepted", {
    identityId: z.string().min(1).max(512),
    rule: z.string().min(1).max(64),
    cause: z.string().min(1).max(1024),
    findingId: z.string().max(32),
    comment: z.string().max(512).default(""),
  }),
  entry("suppression_set", { suppression: Suppression }),
  entry("suppression_removed", { suppressionId: id, reason: z.string().max(512).default("") }),
  // Of several about one finding the last counts.
  entry("verdict_given", {
    findingId: z.string().length(32),
    verdict: Verdict,
    rule: z.string().min(1).max(64),
    signal: z.string().max(64),
    identityId: z.string().max(512),
    comment: z.string().max(512).default(""),
  }),
  // Computed from the store: no person decided them, but every judge must know the same of them.
  entry("peer_baseline", { group: PeerGroup }),
  entry("peer_group", { membership: PeerMembership }),
]);
export type ControlRecord = Readonly<z.infer<typeof ControlRecord>>;

/** What an entry is about: the key under which the log is compacted. */
export function subjectOf(record: ControlRecord): string {
  switch (record.kind) {
    case "grant_given":
      return `grant/${record.grant.id}`;
    case "grant_revoked":
      return `grant/${record.grantId}`;
    case "task_opened":
      return `task/${record.task.id}`;
    case "task_closed":
      return `task/${record.taskId}`;
    case "approval_asked":
      return `approval/${record.approval.id}`;
    case "approval_answered":
    case "approval_used":
      return `approval/${record.approvalId}`;
    case "standing_set":
      // A playbook's answers to one subject replace each other, and never what somebody else said of it.
      return record.findingId === undefined
        ? `standing/${record.subject.kind}/${record.subject.id}`
        : `standing/${record.subject.kind}/${record.subject.id}/${record.author}`;
    case "identity_declared":
      return `identity/${record.identity.id}`;
    case "credential_revoked":
      return `credential/${record.credentialId}`;
    case "playbook_given":
      return `playbook/${record.playbook.id}`;
    case "playbook_removed":
      return `playbook/${record.playbookId}`;
    case "safeguards_set":
      return "safeguards";
    case "guard_set":
      return "guard";
    case "behaviour_accepted":
      return `accepted/${record.identityId}/${record.rule}/${record.cause}`;
    case "suppression_set":
      return `suppression/${record.suppression.id}`;
    case "suppression_removed":
      return `suppression/${record.suppressionId}`;
    case "verdict_given":
      return `verdict/${record.findingId}`;
    case "peer_baseline":
      return `peers/${record.group.id}`;
    case "peer_group":
      return `peer/${record.membership.identityId}`;
  }
}
