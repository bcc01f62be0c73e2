import type { PolicyBook } from "../../policy/book.ts";
import { quietly } from "../quietly.ts";
import type { Decided } from "./decision.ts";
import type { ApprovalDesk } from "./desk.ts";
import { guardLimits } from "./limits.ts";
import type { PolicySnapshot } from "./snapshot.ts";

/** Where an approval stands, by what was told of it. */
type State = "asked" | "approved" | "denied" | "used" | "expired" | "untold";

/** An approval that one call of this process holds: no other gets it. */
interface Held {
  readonly id: string;
  readonly expiresAtUs: number;
  /** Claimed: the service was told that it is being used, and by us. */
  claim: "none" | "trying" | "claimed" | "lost";
}

/** Whoever asked for an approval uses it at once; one that is still there after this long is nobody's. */
const orphanUs = 2_000_000;

/** An approval that lets one call through, or why there is none. */
export type Answer =
  | { readonly kind: "approved"; readonly id: string }
  | { readonly kind: "refused"; readonly reason: string; readonly id?: string };

/** What is asked for, of exactly one action. */
export interface Asked {
  readonly digest: string;
  readonly argumentNames: readonly string[];
  readonly decided: Decided;
}

/** The approvals of this process: each is for one digest, held by one call, and used once. */
export class Approvals {
  readonly #desk: ApprovalDesk;
  readonly #snapshot: PolicySnapshot;
  /** Ids that a call of ours holds or has held. */
  readonly #taken = new Set<string>();
  /** Of calls that could not wait, by digest: the next one of the same digest looks here. */
  readonly #left = new Map<string, Held | "asking">();
  readonly #forget: () => void;
  #asking = 0;
  asks = 0;

  constructor(desk: ApprovalDesk, snapshot: PolicySnapshot) {
    this.#desk = desk;
    this.#snapshot = snapshot;
    this.#forget = snapshot.listen(() => this.#claimAnswered());
  }

  /** For a call that waits: asks, and resolves when it was answered, or `wait` is over. Never rejects. */
  async await(asked: Asked, wait: (isOver: () => boolean) => Promise<void>): Promise<Answer> {
    const claimed = this.#claimed(asked.digest);
    if (claimed !== undefined) return claimed;
    const held = this.#free(asked.digest) ?? (await this.#ask(asked));
    if (held === undefined) return { kind: "refused", reason: "approval_failed" };
    const { id } = held;
    const isOver = (): boolean => !["asked", "untold"].includes(this.#stateOf(held));
    if (!isOver()) await wait(isOver);
    const state = this.#stateOf(held);
    if (state === "approved") {
      const isUsed = await this.#desk.use(id, asked.digest);
      return isUsed ? { kind: "approved", id } : { kind: "refused", reason: "approval_used", id };
    }
    if (state === "asked" || state === "untold") {
      // Whoever tries again may find it answered by then.
      this.#leave(asked.digest, held);
      return { kind: "refused", reason: "unapproved", id };
    }
    return { kind: "refused", reason: `approval_${state}`, id };
  }

  /** For a call that can't wait: lets it through where an approval was claimed for it before; else asks, for the next one. */
  now(asked: Asked): Answer {
    const { digest } = asked;
    const claimed = this.#claimed(digest);
    if (claimed !== undefined) return claimed;
    const left = this.#left.get(digest);
    if (left === "asking") return { kind: "refused", reason: "unapproved" };
    const held = left ?? this.#free(digest);
    if (held === undefined) {
      this.#askForNext(asked);
      return { kind: "refused", reason: "unapproved" };
    }
    const { id } = held;
    const state = this.#stateOf(held);
    if (held.claim === "lost" || state === "denied" || state === "expired") {
      this.#left.delete(digest);
      return { kind: "refused", reason: held.claim === "lost" ? "approval_used" : `approval_${state}`, id };
    }
    this.#leave(digest, held);
    this.#claimAnswered();
    return { kind: "refused", reason: "unapproved", id };
  }

  stop(): void {
    this.#forget();
    this.#desk.close();
  }

  /** One that waits for a call of this digest to come again. */
  #claimed(digest: string): Answer | undefined {
    const left = this.#left.get(digest);
    if (left === undefined || left === "asking" || left.claim !== "claimed") return undefined;
    this.#left.delete(digest);
    return this.#snapshot.nowUs() < left.expiresAtUs
      ? { kind: "approved", id: left.id }
      : { kind: "refused", reason: "approval_expired", id: left.id };
  }

  #askForNext(asked: Asked): void {
    this.#leave(asked.digest, "asking");
    void this.#askNow(asked);
  }

  async #askNow(asked: Asked): Promise<void> {
    const held = await this.#ask(asked);
    this.#left.delete(asked.digest);
    if (held !== undefined) this.#leave(asked.digest, held);
    this.#claimAnswered();
  }

  #leave(digest: string, held: Held | "asking"): void {
    if (this.#left.size >= guardLimits.approvalsMax) {
      // The oldest has waited longest for a call that didn't come.
      const [oldest = ""] = this.#left.keys();
      this.#left.delete(oldest);
    }
    this.#left.set(digest, held);
  }

  /** What was approved for calls that couldn't wait is claimed before they come again: only one process gets it. */
  #claimAnswered(): void {
    for (const [digest, held] of this.#left) {
      if (held === "asking" || held.claim !== "none" || this.#stateOf(held) !== "approved") continue;
      held.claim = "trying";
      void this.#claim(held, digest);
    }
  }

  async #claim(held: Held, digest: string): Promise<void> {
    held.claim = (await this.#desk.use(held.id, digest)) ? "claimed" : "lost";
  }

  async #ask(asked: Asked): Promise<Held | undefined> {
    this.asks += 1;
    this.#asking += 1;
    const told = await this.#desk.ask(asked);
    this.#asking -= 1;
    if (told === undefined) return undefined;
    this.#take(told.id);
    return { ...told, claim: "none" };
  }

  /** One that was left, or approved and not used: for a call before a restart, or of a process that gave up. */
  #free(digest: string): Held | undefined {
    const left = this.#left.get(digest);
    if (left !== undefined && left !== "asking" && left.claim === "none") {
      this.#left.delete(digest);
      return left;
    }
    // What is told of an approval may be ahead of the answer that says it is ours.
    if (this.#asking > 0) return undefined;
    return quietly(() => {
      for (const [id, history] of this.#book().approvals.entries()) {
        const first = history.first(Number.POSITIVE_INFINITY)?.value;
        if (first?.kind !== "asked" || first.request.digest !== digest || this.#taken.has(id)) continue;
        const held: Held = { id, expiresAtUs: first.request.expiresAtUs, claim: "none" };
        const answer = history.last(Number.POSITIVE_INFINITY);
        const isOrphan = answer !== undefined && this.#snapshot.nowUs() - answer.atUs > orphanUs;
        if (!isOrphan || this.#stateOf(held) !== "approved") continue;
        this.#take(id);
        return held;
      }
      return undefined;
    });
  }

  #take(id: string): void {
    // The oldest are long used or expired.
    if (this.#taken.size >= guardLimits.approvalsMax * 10) {
      const [oldest = ""] = this.#taken;
      this.#taken.delete(oldest);
    }
    this.#taken.add(id);
  }

  #book(): ReturnType<PolicyBook["of"]> {
    return this.#snapshot.book.of(this.#snapshot.tenant);
  }

  /** The first answer counts, and nothing counts after a use. */
  #stateOf({ id, expiresAtUs }: Held): State {
    const said = this.#book().approvals.of(id)?.before(Number.POSITIVE_INFINITY) ?? [];
    if (said.some(({ value }) => value.kind === "used")) return "used";
    const answered = said.find(({ value }) => value.kind === "answered")?.value;
    if (answered?.kind === "answered" && answered.answer === "denied") return "denied";
    if (this.#snapshot.nowUs() >= expiresAtUs) return "expired";
    if (answered !== undefined) return "approved";
    return said.length === 0 ? "untold" : "asked";
  }
}
