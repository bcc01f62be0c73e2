import type { PeerKey } from "../../policy/peer-book.ts";

/** What the store knows of an identity, as far as peers go. */
export interface Subject {
  readonly identityId: string;
  readonly kind: string;
  /** Who answers for it, by the registry; what it says itself where the registry doesn't know it. */
  readonly owner: string;
  readonly environment: string;
  /** Name of the agent or service that it says it is. */
  readonly service: string;
  /** Whether all its actions prove who did them. */
  readonly isVerified: boolean;
  /** Whether a person declared it. */
  readonly isDeclared: boolean;
  /** Days on which the log took an action of it: no sender chooses them. */
  readonly logDays: number;
  /** Whether enough is known of it to speak of a habit. */
  readonly isGated: boolean;
  /** What is its habit, what it does most first; nothing of one under the gate. */
  readonly uses: Readonly<Record<PeerKey, Uses>>;
}

/** Values of one kind that an identity uses. */
export interface Uses {
  readonly values: readonly string[];
  /** Whether these are not all. */
  readonly isCut: boolean;
}

/** An identity that nobody vouches for counts once the log has seen it on as many days. */
const believedDays = 7;

/** Whether somebody vouches for it: a proof, or a person. */
function isFirm({ isVerified, isDeclared }: Subject): boolean {
  return isVerified || isDeclared;
}

/**
 * Whether its habit may speak for others: it is known, and either somebody vouches for it or it takes a week to make up. Names are
 * the sender's to choose, so that whoever may send could else found a group of their own within an hour.
 */
export function isBelieved(subject: Subject): boolean {
  return subject.isGated && (isFirm(subject) || subject.logDays >= believedDays);
}

/**
 * Those of a group's members that are counted. Where enough of them are vouched for, they alone are: identities that were made up
 * and kept for a week don't outvote them.
 */
export function countedOf(members: readonly Subject[], peersMin: number): readonly Subject[] {
  const believed = members.filter(isBelieved);
  const firm = believed.filter(isFirm);
  return firm.length >= peersMin ? firm : believed;
}

/** By the order of code units, as no locale may change what is computed. */
export const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
