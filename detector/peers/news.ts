import type { KnownGroup, PeerBook } from "../../policy/peer-book.ts";
import { type PeerKey, peerKeys } from "../../policy/peer-book.ts";
import type { ControlRecord, PeerGroup, PeerMembership } from "../../schemas/index.ts";
import { isNews } from "./baseline.ts";
import type { Grouped } from "./group.ts";

/** Memberships told in one round: identities that were made up must not fill the log. The others come in the next rounds. */
const membershipsMax = 2_000;

/** What every entry says of its origin. */
interface Common {
  readonly tenant: string;
  readonly author: string;
  readonly atUs: number;
}

/** What a round has to tell. */
export interface News {
  readonly records: readonly ControlRecord[];
  /** Memberships that have to wait for a later round. */
  readonly waiting: number;
}

/** Members of the groups of like behaviour, as the log tells them. */
export function likeMembers(book: PeerBook): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { id, basis } of book.groups()) if (basis === "behaviour") groups.set(id, []);
  for (const { identityId, groups: ids } of book.memberships())
    for (const id of ids) groups.get(id)?.push(identityId);
  return groups;
}

/**
 * The entries that turn what the log tells into what is so now: groups that changed by more than a little, groups that are no more,
 * and who is in which. Nothing where nothing changed, so that several processes may do it at once.
 */
export function newsOf(book: PeerBook, { groups, memberships }: Grouped, common: Common): News {
  const records: ControlRecord[] = groups
    .filter((group) => isNews(toldGroup(book.group(group.id)), group))
    .map((group) => ({ kind: "peer_baseline", ...common, group }));
  const now = new Set(groups.map(({ id }) => id));
  for (const { id, basis, defined } of book.groups())
    if (!now.has(id)) records.push({ kind: "peer_baseline", ...common, group: gone(id, basis, defined) });
  const changed = memberships.filter((one) => isMoved(book.membership(one.identityId), one));
  const present = new Set(memberships.map(({ identityId }) => identityId));
  for (const { identityId } of book.memberships())
    if (!present.has(identityId)) changed.push({ identityId, groups: [], counted: [] });
  // Who is counted somewhere first: the numbers of its groups are about it.
  const told = changed
    .toSorted((one, other) => other.counted.length - one.counted.length)
    .slice(0, membershipsMax);
  for (const membership of told) records.push({ kind: "peer_group", ...common, membership });
  return { records, waiting: changed.length - told.length };
}

function isMoved(told: PeerMembership | undefined, now: PeerMembership): boolean {
  if (told === undefined) return true;
  const differ = (key: "groups" | "counted"): boolean =>
    told[key].length !== now[key].length || told[key].some((id, at) => id !== now[key][at]);
  return differ("groups") || differ("counted");
}

/** A group as the log told it, in the form in which it was told; undefined of one that is no more. */
export function toldGroup(known: KnownGroup | undefined): PeerGroup | undefined {
  if (known === undefined || known.peers === 0) return undefined;
  const { id, basis, defined, members, peers } = known;
  return { id, basis, defined, members, peers, ...usesBy((key) => usesOf(known, key)) };
}

function usesOf({ uses }: KnownGroup, key: PeerKey): PeerGroup[PeerKey] {
  const { users, isComplete, alone } = uses[key];
  return { values: Array.from(users, ([value, count]) => ({ value, users: count })), isComplete, alone };
}

const gone = (id: string, basis: PeerGroup["basis"], defined: string): PeerGroup => ({
  id,
  basis,
  defined,
  members: 0,
  peers: 0,
  ...usesBy(() => ({ values: [], isComplete: true, alone: 0 })),
});

function usesBy(of: (key: PeerKey) => PeerGroup[PeerKey]): Pick<PeerGroup, PeerKey> {
  const [operations, places, networks, secrets] = peerKeys.map(of);
  return { operations: operations!, places: places!, networks: networks!, secrets: secrets! };
}
