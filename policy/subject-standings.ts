import type { Standing } from "../schemas/index.ts";
import type { StandingSet } from "./book.ts";
import { History, type Said } from "./history.ts";
import { isAnswer } from "./safeguards.ts";

/** How strict a standing is. */
export const strictness: Readonly<Record<Standing, number>> = {
  active: 0,
  watched: 1,
  paused: 2,
  revoked: 3,
};

/** Answers of playbooks that are kept of a subject; beyond, the oldest of the mildest is forgotten. */
const answersMax = 64;

/**
 * What was said of the standing of one identity or chain. Persons and playbooks speak in two logs, which a reader may follow
 * in any order, so their entries are put together by their instants: what a person said counts over all that playbooks
 * answered to what had happened before, and of what they answered since, the strictest counts. A repeat of an answer, or one
 * that is milder than what stands, so changes nothing.
 */
export class SubjectStandings {
  readonly #people = new History<StandingSet>();
  readonly #answers: Said<StandingSet>[] = [];

  add(said: Said<StandingSet>): void {
    const { author, value } = said;
    if (!isAnswer({ author, findingId: value.findingId })) return this.#people.add(said);
    if (this.answerTo(value.findingId, author) !== undefined) return;
    this.#answers.push(said);
    if (this.#answers.length <= answersMax) return;
    const mildest = Math.min(...this.#answers.map((one) => strictness[one.value.standing]));
    this.#answers.splice(
      this.#answers.findIndex((one) => strictness[one.value.standing] === mildest),
      1,
    );
  }

  /** What counts at an instant, by what persons said before a place of their log; one that has ended is given with its end. */
  at(atUs: number, control: number): Said<StandingSet> | undefined {
    const person = this.#people.at(atUs, control);
    let counts = person;
    let strictest = person === undefined ? -1 : strictness[standingAt(person, atUs)];
    for (const answer of this.#answers) {
      if (answer.atUs > atUs || (person !== undefined && answer.atUs <= person.atUs)) continue;
      const strict = strictness[standingAt(answer, atUs)];
      if (strict <= strictest) continue;
      counts = answer;
      strictest = strict;
    }
    return counts;
  }

  /** What a playbook answered to a finding. */
  answerTo(findingId: string, author: string): Said<StandingSet> | undefined {
    return this.#answers.find((one) => one.value.findingId === findingId && one.author === author);
  }

  /** All that persons said before a place of their log, then all that playbooks answered. */
  before(control: number): readonly Said<StandingSet>[] {
    return [...this.#people.before(control), ...this.#answers];
  }
}

/** The standing that an entry gives at an instant: active again after its end. */
export function standingAt({ value: { standing, untilUs } }: Said<StandingSet>, atUs: number): Standing {
  return untilUs !== undefined && atUs >= untilUs ? "active" : standing;
}

/** Standings by `identity/<id>` and `chain/<id>`, made when something is said first. */
export class Standings {
  readonly #all = new Map<string, SubjectStandings>();

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  add(subject: string, said: Said<StandingSet>): void {
    const known = this.#all.get(subject) ?? new SubjectStandings();
    this.#all.set(subject, known);
    known.add(said);
  }

  of(subject: string): SubjectStandings | undefined {
    return this.#all.get(subject);
  }

  entries(): IterableIterator<[string, SubjectStandings]> {
    return this.#all.entries();
  }
}
