import { compilePattern } from "../../policy/pattern.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { approvalOf, type ApprovalNow } from "./approval-state.ts";
import type { FeedEntry } from "./policy-feed.ts";

/** How long what is over is still told to those who come, so that clocks that differ and late askers don't matter. */
const overKeptUs = 3600 * 1_000_000;
/** How long an approval that is over can be asked for; the store keeps it for good. */
const approvalKeptUs = 24 * overKeptUs;
/** Entries of one approval that are kept; three are in order. */
const approvalEntriesMax = 16;

interface GrantShelf {
  /** The patterns that any version named. */
  readonly grantees: Map<string, (identityId: string) => boolean>;
  entries: FeedEntry[];
}

/** What stands for one tenant, as the entries that said so: what a guard is told first, and which news concern it. */
export class PolicyShelf {
  readonly #grants = new Map<string, GrantShelf>();
  readonly #tasks = new Map<string, FeedEntry[]>();
  readonly #approvals = new Map<string, FeedEntry[]>();
  /** By what they are about; the last counts. */
  readonly #last = new Map<string, FeedEntry>();

  enter(entry: FeedEntry): void {
    const { record } = entry;
    switch (record.kind) {
      case "grant_given":
        return this.#giveGrant(entry, record.grant.id, record.grant.grantee);
      case "grant_revoked":
        return void this.#grants.get(record.grantId)?.entries.push(entry);
      case "task_opened":
        return void this.#tasks.set(record.task.id, [entry]);
      case "task_closed":
        return void this.#tasks.set(
          record.taskId,
          [...(this.#tasks.get(record.taskId) ?? []), entry].slice(-2),
        );
      case "approval_asked":
        if (!this.#approvals.has(record.approval.id)) this.#approvals.set(record.approval.id, [entry]);
        return;
      case "approval_answered":
      case "approval_used": {
        const known = this.#approvals.get(record.approvalId);
        if (known !== undefined && known.length < approvalEntriesMax) known.push(entry);
        return;
      }
      case "standing_set":
        if (!record.isDryRun) this.#last.set(`${record.subject.kind}/${record.subject.id}`, entry);
        return;
      case "identity_declared":
        return void this.#last.set(`declared/${record.identity.id}`, entry);
      case "credential_revoked":
        return void this.#last.set(`credential/${record.credentialId}`, entry);
      case "guard_set":
        return void this.#last.set("guard", entry);
      case "playbook_given":
      case "playbook_removed":
      case "safeguards_set":
      case "behaviour_accepted":
      case "suppression_set":
      case "suppression_removed":
      case "verdict_given":
      case "peer_baseline":
      case "peer_group":
        return;
    }
  }

  #giveGrant(entry: FeedEntry, id: string, grantee: string): void {
    const shelf: GrantShelf = this.#grants.get(id) ?? { grantees: new Map(), entries: [] };
    this.#grants.set(id, shelf);
    if (!shelf.grantees.has(grantee)) shelf.grantees.set(grantee, compilePattern(grantee));
    shelf.entries = [...withoutPast(shelf.entries, entry), entry];
  }

  /** Whether those who guard these identities are to be told of it. The shelf has entered it already. */
  concerns(record: ControlRecord, identities: ReadonlySet<string>): boolean {
    switch (record.kind) {
      case "grant_given":
        return this.#grantConcerns(record.grant.id, identities);
      case "grant_revoked":
        return this.#grantConcerns(record.grantId, identities);
      case "task_opened":
      case "task_closed":
      case "credential_revoked":
      case "guard_set":
        return true;
      case "approval_asked":
        return identities.has(record.approval.identityId);
      case "approval_answered":
      case "approval_used":
        return identities.has(this.#askedBy(record.approvalId));
      case "standing_set":
        return !record.isDryRun && (record.subject.kind === "chain" || identities.has(record.subject.id));
      case "identity_declared":
        return identities.has(record.identity.id);
      case "playbook_given":
      case "playbook_removed":
      case "safeguards_set":
      case "behaviour_accepted":
      case "suppression_set":
      case "suppression_removed":
      case "verdict_given":
      case "peer_baseline":
      case "peer_group":
        return false;
    }
  }

  /** The entries that say what stands now and concern these identities, in the order in which they came. */
  standing(identities: ReadonlySet<string>, nowUs: number): readonly FeedEntry[] {
    this.#forget(nowUs);
    const found: FeedEntry[] = [];
    for (const [id, { entries }] of this.#grants)
      if (this.#grantConcerns(id, identities)) found.push(...entries);
    for (const entries of this.#tasks.values()) found.push(...entries);
    for (const [id, entries] of this.#approvals) {
      const { state } = this.#approval(id, nowUs);
      if ((state === "asked" || state === "approved") && identities.has(this.#askedBy(id)))
        found.push(...entries);
    }
    for (const entry of this.#last.values()) if (this.concerns(entry.record, identities)) found.push(entry);
    return found.toSorted(inOrder);
  }

  /** An approval as it stands; undefined where nobody asked, or it has long been over. */
  approval(id: string, nowUs: number): ApprovalNow | undefined {
    return this.#approvals.has(id) ? this.#approval(id, nowUs) : undefined;
  }

  approvals(nowUs: number): readonly ApprovalNow[] {
    this.#forget(nowUs);
    return Array.from(this.#approvals.keys(), (id) => this.#approval(id, nowUs));
  }

  /** The last entry of each task that is open, or was until an hour ago. */
  tasks(nowUs: number): readonly (readonly FeedEntry[])[] {
    this.#forget(nowUs);
    return [...this.#tasks.values()];
  }

  task(id: string): readonly FeedEntry[] {
    return this.#tasks.get(id) ?? [];
  }

  /** Standings that somebody set, the last of each. */
  standings(): readonly FeedEntry[] {
    return [...this.#last.values()].filter(({ record }) => record.kind === "standing_set");
  }

  #approval(id: string, nowUs: number): ApprovalNow {
    return approvalOf(this.#approvals.get(id) ?? [], nowUs);
  }

  #askedBy(approvalId: string): string {
    const asked = this.#approvals.get(approvalId)?.[0]?.record;
    return asked?.kind === "approval_asked" ? asked.approval.identityId : "";
  }

  #grantConcerns(id: string, identities: ReadonlySet<string>): boolean {
    const grantees = this.#grants.get(id)?.grantees.values() ?? [];
    for (const matches of grantees) for (const identity of identities) if (matches(identity)) return true;
    return false;
  }

  #forget(nowUs: number): void {
    for (const [id, entries] of this.#tasks) {
      const last = entries.at(-1)?.record;
      if (last?.kind === "task_closed" && last.atUs < nowUs - overKeptUs) this.#tasks.delete(id);
    }
    for (const [id, entries] of this.#approvals) {
      const asked = entries[0]?.record;
      if (asked?.kind === "approval_asked" && asked.approval.expiresAtUs < nowUs - approvalKeptUs)
        this.#approvals.delete(id);
    }
  }
}

const inOrder = (one: FeedEntry, other: FeedEntry): number =>
  one.cursor.control + one.cursor.standings - (other.cursor.control + other.cursor.standings);

/**
 * The versions of a grant that may still count beside the one that comes: none that lies before one which has been in force for
 * an hour.
 */
function withoutPast(entries: readonly FeedEntry[], next: FeedEntry): readonly FeedEntry[] {
  const from = entries.findLastIndex(
    ({ record }) => record.kind === "grant_given" && startsAtUs(record) <= next.record.atUs - overKeptUs,
  );
  return from === -1 ? entries : entries.slice(from);
}

function startsAtUs({ grant, atUs }: Extract<ControlRecord, { readonly kind: "grant_given" }>): number {
  return grant.window.from === undefined ? atUs : Date.parse(grant.window.from) * 1000;
}
