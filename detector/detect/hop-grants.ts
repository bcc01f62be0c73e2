import type { TenantBook } from "../../policy/book.ts";
import { grantsOf, type StandingGrant, turningPoints } from "../../policy/grants.ts";
import type { Decided } from "../authorise/authority-of.ts";

/** What identities hold within some microseconds in which no grant of theirs begins, ends or is taken back. */
interface Held {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly grants: readonly StandingGrant[];
}

/** Hops kept at hand, as chains pass by the same few over and over; all are forgotten at once when full. */
const keptMax = 4096;
const kept = new WeakMap<TenantBook, { control: number; readonly hops: Map<string, Held> }>();

/** The grants of an identity that stands in a delegation path, at an instant. */
export function grantsOfHop(
  { book, control }: Decided,
  identityId: string,
  atUs: number,
): readonly StandingGrant[] {
  const known = kept.get(book) ?? { control, hops: new Map<string, Held>() };
  kept.set(book, known);
  if (known.control !== control || known.hops.size >= keptMax) known.hops.clear();
  known.control = control;
  const held = known.hops.get(identityId);
  if (held !== undefined && atUs >= held.fromUs && atUs < held.untilUs) return held.grants;
  const turns = turningPoints(book.grants, { identityId }, control);
  const next = turns.findIndex((turn) => turn > atUs);
  const grants = grantsOf(book.grants, { identityId, startedAtUs: atUs }, control);
  const fromUs = turns[(next === -1 ? turns.length : next) - 1] ?? Number.NEGATIVE_INFINITY;
  known.hops.set(identityId, { fromUs, untilUs: turns[next] ?? Number.POSITIVE_INFINITY, grants });
  return grants;
}
