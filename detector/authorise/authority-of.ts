import type { Authority } from "../../schemas/index.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import { ByCode, pairOf } from "../attribute/by-code.ts";
import type { PolicyBook, TenantBook } from "../../policy/book.ts";
import type { ActionFacts } from "../../policy/facts.ts";
import { grantsOf, type StandingGrant, turningPoints } from "../../policy/grants.ts";
import { judgeBy, mindsResource } from "../../policy/judge.ts";

/** The grants of an identity as they stand from `fromUs` on and before `untilUs`. */
interface Spell {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly standing: readonly StandingGrant[];
}

/** An identity of the chunk. */
interface Grantee {
  /** A number of its own, from 0 on. */
  readonly nth: number;
  readonly turns: readonly number[];
  /** The one that was asked about last. */
  spell: Spell;
}

/** What holds for an operation of an identity within a spell. */
interface Verdict {
  readonly spell: Spell;
  /** The answer, unless it depends on the resource. */
  readonly authority: Authority | undefined;
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

/**
 * Judges the actions of a chunk: who repeats an operation gets the same answer until a grant begins, ends or is taken
 * back; where a grant names resources, the same grants are asked again. 0.1 µs where the plain judgement takes 0.8 and
 * more with every grant of the tenant.
 */
export class AuthorityOf {
  readonly #book: PolicyBook;
  readonly #control: number;
  readonly #grantees = new ByCode<Grantee>();
  readonly #verdicts = new ByCode<Verdict>();

  /** @param control Position of the control log up to which is judged. */
  constructor(book: PolicyBook, control: number) {
    this.#book = book;
    this.#control = control;
  }

  /** All that was decided for a tenant, and the place of the control log up to which it counts. */
  decidedFor(tenant: string): Decided {
    return { book: this.#book.of(tenant), control: this.#control };
  }

  judge({ codes, dictionary }: ActionColumns, subject: Subject): Authority {
    const { row, startedAtUs } = subject;
    const identity = pairOf(codes.tenant[row]!, codes.identity[row]!);
    const grantee =
      this.#grantees.get(dictionary, identity) ?? this.#grantees.set(identity, this.#granteeOf(subject));
    const { fromUs, untilUs } = grantee.spell;
    if (startedAtUs < fromUs || startedAtUs >= untilUs) grantee.spell = this.#spellOf(grantee.turns, subject);
    const { spell } = grantee;
    const key = pairOf(grantee.nth, dictionary.solid(codes.operation[row]!));
    const known = this.#verdicts.get(dictionary, key);
    const verdict = known?.spell === spell ? known : this.#verdicts.set(key, verdictOf(spell, subject));
    return verdict.authority ?? judgeBy(spell.standing, subject);
  }

  #granteeOf(subject: Subject): Grantee {
    const turns = turningPoints(this.#book.of(subject.tenant).grants, subject, this.#control);
    return { nth: this.#grantees.size, turns, spell: this.#spellOf(turns, subject) };
  }

  #spellOf(turns: readonly number[], subject: Subject): Spell {
    const { startedAtUs } = subject;
    const next = turns.findIndex((turn) => turn > startedAtUs);
    return {
      fromUs: turns[(next === -1 ? turns.length : next) - 1] ?? Number.NEGATIVE_INFINITY,
      untilUs: next === -1 ? Number.POSITIVE_INFINITY : turns[next]!,
      standing: grantsOf(this.#book.of(subject.tenant).grants, subject, this.#control),
    };
  }
}

const verdictOf = (spell: Spell, subject: Subject): Verdict => ({
  spell,
  authority: mindsResource(spell.standing, subject) ? undefined : judgeBy(spell.standing, subject),
});
