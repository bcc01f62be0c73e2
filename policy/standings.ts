import type { Standing } from "../schemas/index.ts";
import type { StandingSet, TenantBook } from "./book.ts";
import type { Said } from "./history.ts";
import { defaultSafeguards, isAnswer, isProtected } from "./safeguards.ts";
import { standingAt, strictness } from "./subject-standings.ts";

/** A standing, and why. */
export interface StandingNow {
  readonly standing: Standing;
  /** Undefined where nobody ever said anything. */
  readonly said: Said<StandingSet> | undefined;
}

const active: StandingNow = { standing: "active", said: undefined };

/** What an identity may do within a chain at an instant: the stricter of what was said of the two. */
export function standingOf(
  book: TenantBook,
  { identityId, chainId }: { readonly identityId: string; readonly chainId: string },
  atUs: number,
  control: number,
): StandingNow {
  // Mostly nobody was stopped, and each call asks.
  if (book.standings.isEmpty) return active;
  const ofIdentity = standingNow(book, `identity/${identityId}`, atUs, control);
  const ofChain = standingNow(book, `chain/${chainId}`, atUs, control);
  if (strictness[ofChain.standing] <= strictness[ofIdentity.standing]) return ofIdentity;
  const { said } = ofChain;
  // A chain that a playbook stopped stops nobody whom playbooks may not stop.
  if (said !== undefined && isAnswer({ author: said.author, findingId: said.value.findingId })) {
    const safeguards = book.safeguards.at(atUs, control)?.value ?? defaultSafeguards;
    if (isProtected(safeguards, identityId) && strictness[ofChain.standing] > strictness.watched)
      return strictness[ofIdentity.standing] > strictness.watched
        ? ofIdentity
        : { standing: "watched", said };
  }
  return ofChain;
}

function standingNow(book: TenantBook, subject: string, atUs: number, control: number): StandingNow {
  const said = book.standings.of(subject)?.at(atUs, control);
  return { standing: said === undefined ? "active" : standingAt(said, atUs), said };
}
