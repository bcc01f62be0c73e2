import { decide, type Verdict } from "../../policy/decide.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import type { RecordedAction } from "../action/span-model.ts";
import type { Approvals } from "./approvals.ts";
import { type Decided, Decision } from "./decision.ts";
import { type Asking, type AskedFacts, factsOf } from "./facts.ts";
import type { PolicyFeed } from "./feed.ts";
import type { GuardSettings } from "./settings.ts";
import type { PolicySnapshot } from "./snapshot.ts";
import { Usages } from "./usages.ts";

/** What a guard is made of. */
export interface GuardParts {
  readonly settings: GuardSettings;
  readonly snapshot: PolicySnapshot;
  readonly feed: PolicyFeed;
  readonly approvals: Approvals;
  readonly self: () => string | undefined;
  readonly resource: () => Asking["resource"];
  /** What digests of arguments are made with. */
  readonly key: Uint8Array;
}

/** How the guard does, in numbers since the process started. */
export interface GuardStats {
  readonly decisions: { readonly allow: number; readonly deny: number; readonly ask: number };
  /** Of these: what was decided without anything fresh, by the fail mode. */
  readonly stale: number;
  /** Actions that were not run. */
  readonly blocked: number;
  /** Approvals that were asked for. */
  readonly asks: number;
  /** Entries of the service that could not be read, and identities that it was not asked for as there are too many. */
  readonly unreadable: number;
  readonly unasked: number;
  /** For how long nothing was heard, in milliseconds; undefined where nothing ever was. */
  readonly ageMs: number | undefined;
  /** What went wrong with the service last, in a sentence. */
  readonly trouble: string | undefined;
}

/** Of whom nothing can be said. */
const nobody: Omit<AskedFacts, "kind" | "operation"> = {
  tenant: "",
  identityId: "",
  resources: [],
  startedAtUs: 0,
  taskId: "",
  sessionId: "",
  chainId: "",
  network: "",
  environment: "",
  credentialType: "",
  credentialIssuedAt: undefined,
  approvalId: "",
  digest: "",
  path: [],
};

/** What makes it needless to look at what is known. */
type Unknown = "no_snapshot" | "unknown_identity" | "stale_snapshot";

/** Decides what may happen, by what it was told; never asks anybody while a call waits that can't. */
export class Guard {
  readonly settings: GuardSettings;
  readonly approvals: Approvals;
  readonly key: Uint8Array;
  readonly #parts: GuardParts;
  readonly #decisions = { allow: 0, deny: 0, ask: 0 };
  readonly #usages = new Usages();
  #stale = 0;
  #hasWaited = false;
  blocked = 0;

  constructor(parts: GuardParts) {
    this.settings = parts.settings;
    this.approvals = parts.approvals;
    this.key = parts.key;
    this.#parts = parts;
  }

  /** Says what may happen to an action that is about to begin, in this very turn; `first` where that was looked at in it. */
  decide(action: RecordedAction, first?: Decided): Decided {
    const decided = first ?? this.look(action);
    this.#decisions[decided.verdict] += 1;
    if (isUnknown(decided.reason)) this.#stale += 1;
    return decided;
  }

  /** The same, without counting. */
  look(action: RecordedAction): Decided {
    const { snapshot, feed, self, resource } = this.#parts;
    const facts = factsOf(action, {
      self: self(),
      resource: resource(),
      tenant: snapshot.tenant,
      nowUs: snapshot.nowUs(),
    });
    if (facts.identityId !== "") feed.want(facts.identityId);
    const ageMs = snapshot.ageMs();
    const { verdict, reason, authority } = decide(snapshot.book, facts, this.#usages.of(facts.identityId));
    const known = { facts, authority, ageMs, position: snapshot.position };
    const unknown = this.#unknown(facts, ageMs);
    if (unknown === undefined) return new Decision(verdict, reason, known);
    return new Decision(this.#whenUnknown(action, { verdict, reason, authority }), unknown, known);
  }

  #unknown({ identityId }: AskedFacts, ageMs: number | undefined): Unknown | undefined {
    const { snapshot, settings } = this.#parts;
    if (ageMs === undefined) return "no_snapshot";
    if (!snapshot.knows(identityId)) return "unknown_identity";
    return ageMs > settings.snapshotMaxAgeMs ? "stale_snapshot" : undefined;
  }

  /** Nobody becomes free by cutting us off: who was stopped stays so. */
  #whenUnknown({ kind }: RecordedAction, { verdict, reason }: Verdict): Decided["verdict"] {
    if (reason === "exempt") return "allow";
    if (reason === "standing_paused" || reason === "standing_revoked") return verdict;
    return this.settings.failOf(kind) === "open" ? "allow" : "deny";
  }

  /** Notes that an action goes ahead, at once, so that others beside it count it; gives what notes how it ended. */
  uses({ facts, authority }: Decided): ((isOk: boolean) => void) | undefined {
    const { snapshot } = this.#parts;
    const book = snapshot.book.of(facts.tenant);
    if (authority === undefined || !book.grants.hasLimits) return undefined;
    const usage = this.#usages.of(facts.identityId);
    const used = {
      book,
      control: Number.POSITIVE_INFINITY,
      facts,
      authority,
      usage,
      usedAtUs: facts.startedAtUs,
    };
    beginUse(used);
    return (isOk) => endUse(used, { isOk, atUs: snapshot.nowUs() });
  }

  /** How long a call that can wait should, until it is asked again; 0 where there is nothing to wait for. */
  patienceMs({ reason }: Decided): number {
    if (!isUnknown(reason) || !this.settings.isEnforced) return 0;
    if (reason === "stale_snapshot") return 0;
    if (this.#hasWaited) return this.settings.budgetMs;
    this.#hasWaited = reason === "no_snapshot";
    return this.#hasWaited ? this.settings.readyMs : this.settings.budgetMs;
  }

  /** What holds where deciding failed. */
  failed(action: RecordedAction): Decided {
    const verdict = this.settings.failOf(action.kind) === "open" ? "allow" : "deny";
    this.#decisions[verdict] += 1;
    const facts: AskedFacts = { ...nobody, kind: action.kind, operation: action.name };
    return new Decision(verdict, "guard_failed", {
      facts,
      authority: undefined,
      ageMs: undefined,
      position: -1,
    });
  }

  /**
   * Waits until `isOver`, which is asked whenever something was heard, for `ms` at most. Meanwhile the process is held: it is the
   * host's own call that waits.
   */
  wait(isOver: () => boolean, ms: number): Promise<void> {
    const { snapshot } = this.#parts;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(end, ms);
      const forget = snapshot.listen(() => {
        if (isOver()) end();
      });
    });
  }

  stats(): GuardStats {
    const { snapshot, feed, approvals } = this.#parts;
    return {
      decisions: { ...this.#decisions },
      stale: this.#stale,
      blocked: this.blocked,
      asks: approvals.asks,
      unreadable: snapshot.unreadable,
      unasked: feed.unasked,
      ageMs: snapshot.ageMs(),
      trouble: feed.trouble,
    };
  }

  stop(): void {
    this.#parts.feed.stop();
    this.approvals.stop();
  }
}

/** Whether nothing fresh was known of whom it is about. */
export function isUnknown(reason: string): boolean {
  return reason === "no_snapshot" || reason === "unknown_identity" || reason === "stale_snapshot";
}
