import type { Standing } from "../schemas/index.ts";
import type { StandingSet, TenantBook } from "./book.ts";
import type { Said } from "./history.ts";

/** A standing, and why. */
export interface StandingNow {
  readonly standing: Standing;
  /** Undefined where nobody ever said anything. */
  readonly said: Said<StandingSet> | undefined;
}

const severity: Readonly<Record<Standing, number>> = { active: 0, watched: 1, paused: 2, revoked: 3 };

/** What an identity may do within a chain at an instant: the stricter of what was said of the two. */
export function standingOf(
  book: TenantBook,
  { identityId, chainId }: { readonly identityId: string; readonly chainId: string },
  atUs: number,
  control: number,
): StandingNow {
  const ofIdentity = standingAt(book, `identity/${identityId}`, atUs, control);
  const ofChain = standingAt(book, `chain/${chainId}`, atUs, control);
  return severity[ofChain.standing] > severity[ofIdentity.standing] ? ofChain : ofIdentity;
}

function standingAt(book: TenantBook, subject: string, atUs: number, control: number): StandingNow {
  const said = book.standings.of(subject)?.at(atUs, control);
  if (said === undefined) return { standing: "active", said };
  const { untilUs, standing } = said.value;
  return { standing: untilUs !== undefined && atUs >= untilUs ? "active" : standing, said };
}
