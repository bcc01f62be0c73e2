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
import { GrantBook } from "./grants.ts";
import { Histories, History } from "./history.ts";
import { PeerBook } from "./peer-book.ts";
import { defaultSafeguards, type HeldBack, heldBackRecord, StrikeCount } from "./safeguards.ts";
import { Standings } from "./subject-standings.ts";
import { Suppressions } from "./suppressions.ts";
import { Verdicts } from "./verdicts.ts";

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
  /** The finding that a playbook answered; "" of a person's. */
  readonly findingId: string;
  /** Why only this is left of what a playbook answered. */
  readonly heldBack: HeldBack | undefined;
}

/** All that one tenant's control log said. */
export class TenantBook {
  readonly grants = new GrantBook();
  readonly tasks = new Histories<TaskState>();
  readonly approvals = new Histories<ApprovalEntry>();
  /** By `identity/<id>` and `chain/<id>`. */
  readonly standings = new Standings();
  /** Whom playbooks have paused or revoked so far. */
  readonly strikes = new StrikeCount();
  readonly identities = new Histories<IdentityEntry>();
  /** Credentials that were revoked, with the reason. */
  readonly credentials = new Histories<string>();
  /** Undefined where one was taken away. */
  readonly playbooks = new Histories<Playbook | undefined>();
  readonly safeguards = new History<Safeguards>();
  readonly guard = new History<GuardDefaults>();
  /** Behaviour that a person accepted, by `acceptedKey`. */
  readonly accepted = new Histories<string>();
  readonly suppressions = new Suppressions();
  readonly verdicts = new Verdicts();
  /** Groups of identities that are alike, and what they do. */
  readonly peers = new PeerBook();
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

  /** Those of all tenants that anything was said of. */
  all(): readonly TenantBook[] {
    return [...this.#tenants.values()];
  }

  /**
   * Reads one entry of the control log, or of the log of standings. Entries of either come in the order of their positions.
   *
   * @returns the entry as it counts: what safeguards leave of a playbook's answer. Whoever hands entries on to a reader of
   * some of them hands on this, as only who reads all can count.
   */
  enter(position: number, record: ControlRecord): ControlRecord {
    const book = this.of(record.tenant);
    if (record.kind === "standing_set") return setStanding(book, position, record);
    enter(book, position, record);
    return record;
  }
}

function enter(book: TenantBook, position: number, record: Exclude<ControlRecord, StandingRecord>): void {
  const { atUs, author } = record;
  const said = <Value>(value: Value) => ({ position, atUs, author, value });
  switch (record.kind) {
    case "grant_given":
      return book.grants.give(record.grant, atUs, position);
    case "grant_revoked":
      return book.grants.revoke(record.grantId, atUs, position);
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
    case "suppression_set":
      return book.suppressions.set(record.suppression, { position, atUs, author });
    case "suppression_removed":
      return book.suppressions.remove(record.suppressionId, { position, atUs, author });
    case "verdict_given":
      return book.verdicts.add(record, { position, atUs, author });
    case "peer_baseline":
      return book.peers.enterGroup(position, atUs, record.group);
    case "peer_group":
      return book.peers.enterMembership(position, record.membership);
  }
}

type StandingRecord = Extract<ControlRecord, { readonly kind: "standing_set" }>;

function setStanding(book: TenantBook, position: number, record: StandingRecord): StandingRecord {
  // What would have been done is told to people, and changes nothing.
  if (record.isDryRun) return record;
  const { subject, findingId = "", author, atUs } = record;
  const key = `${subject.kind}/${subject.id}`;
  // Safeguards count by their instant, as the two logs have no order between them.
  const safeguards = book.safeguards.at(atUs, Number.POSITIVE_INFINITY)?.value ?? defaultSafeguards;
  const heldBack = book.strikes.whyNot(record, safeguards);
  const counts = heldBack === undefined ? record : heldBackRecord(record, heldBack);
  const { standing, reason, untilUs } = counts;
  book.standings.add(key, {
    position,
    atUs,
    author,
    value: { standing, reason, untilUs, findingId, heldBack },
  });
  return counts;
}
