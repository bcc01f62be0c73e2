import type { Authority } from "../../schemas/index.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import { ByCode, pairOf } from "../attribute/by-code.ts";
import type { PolicyBook, TenantBook } from "../../policy/book.ts";
import type { ActionFacts } from "../../policy/facts.ts";
import { turningPoints } from "../../policy/grants.ts";
import type { Candidates, Holder } from "../../policy/holder.ts";
import { judgeBy, type Judging } from "../../policy/judge.ts";
import type { Usage } from "../../policy/usage.ts";
import { beginUse, endUse } from "../../policy/use.ts";

/** An identity of the chunk. */
interface Grantee {
  /** A number of its own, from 0 on. */
  readonly nth: number;
  readonly book: TenantBook;
  readonly holder: Holder;
  /** When something about its grants changes; undefined where those are so many that it is cheaper to ask them. */
  readonly turns: readonly number[] | undefined;
}

/** What holds for an operation of an identity. */
interface Verdict {
  readonly candidates: Candidates;
  /** When it changes; undefined where two actions at one instant may be judged otherwise. */
  readonly turns: readonly number[] | undefined;
  /** The answer between two turns: the one that was given last. */
  spell: Spell;
}

interface Spell {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly authority: Authority;
}

/** What people decided, as far as it counts for the actions that are judged. */
export interface Decided {
  readonly book: TenantBook;
  readonly control: number;
}

/** What the judge needs to see of an action. */
interface Subject extends ActionFacts {
  readonly row: number;
}

/** What it needs to see of one that has ended, to count it. */
interface EndedSubject extends ActionFacts {
  readonly endedAtUs: number;
  readonly isOk: boolean;
  readonly isHeldBack: boolean;
}

/**
 * Judges the actions of a chunk: who repeats an operation gets the same answer until a grant begins, ends or is taken
 * back; where a grant minds more than the operation, the same grants are asked again. 0.1 µs where the plain judgement takes 0.8.
 */
export class AuthorityOf {
  readonly #book: PolicyBook;
  readonly #control: number;
  readonly #grantees = new ByCode<Grantee>();
  readonly #verdicts = new ByCode<Verdict>();
  readonly #decided = new Map<string, Decided>();

  /** @param control Position of the control log up to which is judged. */
  constructor(book: PolicyBook, control: number) {
    this.#book = book;
    this.#control = control;
  }

  /** All that was decided for a tenant, and the place of the control log up to which it counts. */
  decidedFor(tenant: string): Decided {
    const known = this.#decided.get(tenant);
    if (known !== undefined) return known;
    const decided = { book: this.#book.of(tenant), control: this.#control };
    this.#decided.set(tenant, decided);
    return decided;
  }

  /**
   * @param usage What the identity did before; undefined of one that nothing is remembered of.
   * @param usedAtUs When it is looked at.
   */
  judge(
    { codes, dictionary }: ActionColumns,
    subject: Subject,
    usage?: Usage,
    usedAtUs = subject.startedAtUs,
  ): Authority {
    const { row, startedAtUs } = subject;
    const identity = pairOf(codes.tenant[row]!, codes.identity[row]!);
    const grantee =
      this.#grantees.get(dictionary, identity) ?? this.#grantees.set(identity, this.#granteeOf(subject));
    const key = pairOf(grantee.nth, dictionary.solid(codes.operation[row]!));
    const verdict =
      this.#verdicts.get(dictionary, key) ?? this.#verdicts.set(key, this.#verdictOf(grantee, subject));
    const { turns, spell } = verdict;
    if (turns !== undefined && startedAtUs >= spell.fromUs && startedAtUs < spell.untilUs)
      return spell.authority;
    const judging: Judging = { book: grantee.book, control: this.#control, usage, usedAtUs };
    const authority = judgeBy(grantee.holder, verdict.candidates, subject, judging);
    if (turns !== undefined) verdict.spell = spellAt(turns, startedAtUs, authority);
    return authority;
  }

  /** Counts what an action did that has ended. */
  count(subject: EndedSubject, authority: Authority, usage: Usage, usedAtUs: number): void {
    const book = this.#book.of(subject.tenant);
    if (!book.grants.hasLimits) return;
    const used = { book, control: this.#control, facts: subject, authority, usage, usedAtUs };
    const { isOk, isHeldBack, endedAtUs, startedAtUs } = subject;
    if (!isHeldBack) beginUse(used);
    // How long it took is believed where its clock isn't.
    const atUs = usedAtUs + Math.max(0, endedAtUs - startedAtUs);
    if (!isHeldBack || authority.outcome === "over_retries") endUse(used, { isOk, atUs });
  }

  #granteeOf({ tenant, identityId }: Subject): Grantee {
    const book = this.#book.of(tenant);
    const holder = book.grants.holder(identityId);
    const { histories } = holder;
    const turns = histories.length > turningMax ? undefined : turningPoints(histories, this.#control);
    return { nth: this.#grantees.size, book, holder, turns };
  }

  #verdictOf({ holder, turns }: Grantee, { operation }: Subject): Verdict {
    const candidates = holder.taking(operation);
    const minds = candidates.histories.some(({ versions }) => versions.some((one) => one.mindsAction));
    return { candidates, turns: minds ? undefined : turns, spell: never };
  }
}

/** Grants of an identity whose turns are known. */
const turningMax = 64;

/** No instant lies in it. */
const never: Spell = {
  fromUs: Number.POSITIVE_INFINITY,
  untilUs: Number.POSITIVE_INFINITY,
  authority: {
    outcome: "no_grant",
    grantId: "",
    approver: "",
    approvalId: "",
    policyId: "",
    policyVersion: "",
  },
};

function spellAt(turns: readonly number[], startedAtUs: number, authority: Authority): Spell {
  const next = turns.findIndex((turn) => turn > startedAtUs);
  return {
    fromUs: turns[(next === -1 ? turns.length : next) - 1] ?? Number.NEGATIVE_INFINITY,
    untilUs: next === -1 ? Number.POSITIVE_INFINITY : turns[next]!,
    authority,
  };
}
