import type { TenantBook } from "../../policy/book.ts";
import { playbookAuthor } from "../../policy/safeguards.ts";
import { type StandingNow, standingOf } from "../../policy/standings.ts";
import { strictness } from "../../policy/subject-standings.ts";
import type { Response } from "../../schemas/index.ts";
import type { OwnStanding } from "../learn/own-standing.ts";

interface Decided {
  readonly book: TenantBook;
  readonly control: number;
}

interface Acting {
  readonly identityId: string;
  readonly chainId: string;
  readonly startedAtUs: number;
}

const active: StandingNow = { standing: "active", said: undefined };

/**
 * The standing that an action was begun under, as a detector can know it in every replay: what persons said, from the control
 * log, and what playbooks answered to this identity's own findings. Not what they answered to a whole chain, and not that an
 * answer was held back because too many others had been struck: those are known in the log of standings alone.
 */
export function standingOfAction({ book, control }: Decided, own: OwnStanding, action: Acting): StandingNow {
  if (own.isEmpty && book.standings.isEmpty) return active;
  const { startedAtUs, identityId } = action;
  const said = standingOf(book, action, startedAtUs, control);
  const person = book.standings.of(`identity/${identityId}`)?.at(startedAtUs, control);
  const answer = own.at(startedAtUs, person?.atUs ?? Number.NEGATIVE_INFINITY);
  if (answer === undefined || strictness[answer.standing] <= strictness[said.standing]) return said;
  const { standing, atUs, untilUs, playbookId, findingId } = answer;
  return {
    standing,
    said: {
      position: -1,
      atUs,
      author: `${playbookAuthor}${playbookId}`,
      value: { standing, reason: "", untilUs, findingId, heldBack: undefined },
    },
  };
}

/** Notes responses in what is remembered of the identity they are about. */
export function noteAnswers(
  { book, control }: Decided,
  own: OwnStanding,
  responses: readonly Response[],
): void {
  for (const { isDryRun, subject, standing, atUs, untilUs, playbookId, findingId } of responses) {
    if (isDryRun || subject.kind !== "identity") continue;
    const person = book.standings.of(`identity/${subject.id}`)?.at(atUs, control);
    own.note(
      { standing, atUs, untilUs, playbookId, findingId },
      (before) =>
        before.atUs > (person?.atUs ?? Number.NEGATIVE_INFINITY) &&
        before.atUs <= atUs &&
        (before.untilUs === undefined || atUs < before.untilUs),
    );
  }
}
