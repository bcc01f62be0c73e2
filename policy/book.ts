import type {
  ApprovalAnswer,
  ApprovalRequest,
  ControlRecord,
  GuardDefaults,
  IdentityEntry,
  Playbook,
  Safeguards,
  Standing,
  Task,
} from "../schemas/index.ts";
import { acceptedKey } from "./accepted.ts";
import { giveGrant, type GrantBook, revokeGrant } from "./grants.ts";
import { Histories, History } from "./history.ts";

/** A task as it stands. */
export interface TaskState {
  /** Undefined of one that was closed without ever having been opened. */
  readonly task: Task | undefined;
  readonly isOpen: boolean;
}

/** What was said of an approval. */
export type ApprovalEntry =
  | { readonly kind: "asked"; readonly request: ApprovalRequest }
  | { readonly kind: "answered"; readonly answer: ApprovalAnswer; readonly comment: string }
  | { readonly kind: "used"; readonly digest: string };

/** A standing as somebody, or a playbook, set it. */
export interface StandingSet {
  readonly standing: Standing;
  readonly reason: string;
  readonly untilUs: number | undefined;
  readonly findingId: string;
}

/** All that one tenant's control log said. */
export class TenantBook {
  readonly grants: GrantBook = new Map();
  readonly tasks = new Histories<TaskState>();
  readonly approvals = new Histories<ApprovalEntry>();
  /** By `identity/<id>` and `chain/<id>`. */
  readonly standings = new Histories<StandingSet>();
  readonly identities = new Histories<IdentityEntry>();
  /** Credentials that were revoked, with the reason. */
  readonly credentials = new Histories<string>();
  /** Undefined where one was taken away. */
  readonly playbooks = new Histories<Playbook | undefined>();
  readonly safeguards = new History<Safeguards>();
  readonly guard = new History<GuardDefaults>();
  /** Behaviour that a person accepted, by `acceptedKey`. */
  readonly accepted = new Histories<string>();
}

/** What people and other systems decided, as the control log says it: folded alike by detector, service and guard. */
export class PolicyBook {
  readonly #tenants = new Map<string, TenantBook>();

  of(tenant: string): TenantBook {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const book = new TenantBook();
    this.#tenants.set(tenant, book);
    return book;
  }

  /** Reads one entry of the control log. Entries come in the order of their positions. */
  enter(position: number, record: ControlRecord): void {
    enter(this.of(record.tenant), position, record);
  }
}

function enter(book: TenantBook, position: number, record: ControlRecord): void {
  const { atUs, author } = record;
  const said = <Value>(value: Value) => ({ position, atUs, author, value });
  switch (record.kind) {
    case "grant_given":
      return giveGrant(book.grants, record.grant, atUs, position);
    case "grant_revoked":
      return revokeGrant(book.grants, record.grantId, atUs, position);
    case "task_opened":
      return book.tasks.add(record.task.id, said({ task: record.task, isOpen: true }));
    case "task_closed": {
      const task = book.tasks.of(record.taskId)?.last(position)?.value.task;
      return book.tasks.add(record.taskId, said({ task, isOpen: false }));
    }
    case "approval_asked":
      return book.approvals.add(
        record.approval.id,
        said<ApprovalEntry>({ kind: "asked", request: record.approval }),
      );
    case "approval_answered": {
      const { answer, comment } = record;
      return book.approvals.add(
        record.approvalId,
        said<ApprovalEntry>({ kind: "answered", answer, comment }),
      );
    }
    case "approval_used":
      return book.approvals.add(
        record.approvalId,
        said<ApprovalEntry>({ kind: "used", digest: record.digest }),
      );
    case "standing_set":
      return setStanding(book, position, record);
    case "identity_declared":
      return book.identities.add(record.identity.id, said(record.identity));
    case "credential_revoked":
      return book.credentials.add(record.credentialId, said(record.reason));
    case "playbook_given":
      return book.playbooks.add(record.playbook.id, said<Playbook | undefined>(record.playbook));
    case "playbook_removed":
      return book.playbooks.add(record.playbookId, said<Playbook | undefined>(undefined));
    case "safeguards_set":
      return book.safeguards.add(said(record.safeguards));
    case "guard_set":
      return book.guard.add(said(record.defaults));
    case "behaviour_accepted":
      return book.accepted.add(
        acceptedKey(record.identityId, record.rule, record.cause),
        said(record.findingId),
      );
  }
}

type StandingRecord = Extract<ControlRecord, { readonly kind: "standing_set" }>;

function setStanding(book: TenantBook, position: number, record: StandingRecord): void {
  // What would have been done is told to people, and changes nothing.
  if (record.isDryRun) return;
  const { standing, reason, untilUs, findingId = "", atUs, author, subject } = record;
  book.standings.add(`${subject.kind}/${subject.id}`, {
    position,
    atUs,
    author,
    value: { standing, reason, untilUs, findingId },
  });
}
