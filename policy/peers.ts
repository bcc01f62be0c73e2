import type { KnownGroup, PeerBook, PeerKey } from "./peer-book.ts";

/** Fewer peers say nothing of anybody. */
export const peersMin = 3;

/** The id of the group that all identities of a tenant are in. */
export const allGroupId = "all";

/** Values longer than this are in no baseline, so that nothing is known of them. */
const valueCharsMax = 256;

/** What the peers of an identity say of something it does. */
export interface PeerWord {
  readonly group: KnownGroup;
  /** Peers beside the identity itself. */
  readonly peers: number;
  /** Those of them whose habit it is. */
  readonly peersUsing: number;
  /** Whether the identity is counted in the group. */
  readonly isCounted: boolean;
}

/** The peers of an identity, by the groups it is in. */
export interface Peers {
  /** The most specific first, the group of all last; each has three peers or more beside the identity. */
  readonly groups: readonly KnownGroup[];
  /** What the most specific group says of a value; undefined where it can't tell. */
  on(key: PeerKey, value: string): PeerWord | undefined;
  /** The same as a share of its peers, from 0 to 1. */
  share(key: PeerKey, value: string): number | undefined;
}

/**
 * The peers of an identity as a place of the control log tells them: a pure look-up in what the log said, so every judge gets the same
 * answer. An identity that no group names has all identities of its tenant for peers.
 *
 * @returns undefined where no group has enough peers.
 * @example
 * const share = peersOf(examined.decided, action.identityId)?.share("operations", "mail.send"); // 0.75, or undefined
 */
export function peersOf(
  { book, control }: { readonly book: { readonly peers: PeerBook }; readonly control: number },
  identityId: string,
): Peers | undefined {
  if (book.peers.size === 0) return undefined;
  const { groups: ids = [allGroupId], counted = [] } = book.peers.membership(identityId, control) ?? {};
  const others = ({ id, peers }: KnownGroup): number => peers - (counted.includes(id) ? 1 : 0);
  const groups = ids
    .map((id) => book.peers.group(id, control))
    .filter((group) => group !== undefined)
    .filter((group) => others(group) >= peersMin);
  const [first] = groups;
  if (first === undefined) return undefined;
  const on = (key: PeerKey, value: string): PeerWord | undefined => {
    const { users, isComplete } = first.uses[key];
    const peersUsing = users.get(value) ?? (isComplete && value.length <= valueCharsMax ? 0 : undefined);
    if (peersUsing === undefined) return undefined;
    const peers = others(first);
    return {
      group: first,
      peers,
      // A baseline is a little older than the action: the identity itself may be among the users by now.
      peersUsing: Math.min(peersUsing, peers),
      isCounted: counted.includes(first.id),
    };
  };
  return {
    groups,
    on,
    share: (key, value) => {
      const word = on(key, value);
      return word === undefined ? undefined : word.peersUsing / word.peers;
    },
  };
}

/** With as many observations of its own, an identity's own habit weighs as much as its peers'. */
export const ownWeight = 200;

/**
 * By how many bits the peers lower the news of a first use: the odds that a peer does it, weighed by how little is known of the
 * identity itself. Nothing where fewer than half of them do; never below zero, so peers make nothing graver here.
 *
 * @param observations How often the identity was seen using something of the kind.
 * @example
 * loweredBy({ peers: 10, peersUsing: 9 }, 200); // 1.33
 */
export function loweredBy(
  { peers, peersUsing }: Pick<PeerWord, "peers" | "peersUsing">,
  observations: number,
): number {
  const odds = Math.log2((peersUsing + 0.5) / (peers - peersUsing + 0.5));
  return Math.max(0, (ownWeight / (ownWeight + observations)) * odds);
}

/**
 * How much it says, in bits, that an identity does what none of its peers does: little where peers do such things too, each by
 * itself.
 */
export function aloneBits({ group, peers }: Pick<PeerWord, "group" | "peers">, key: PeerKey): number {
  return -Math.log2((Math.min(group.uses[key].alone, peers) + 0.5) / (peers + 1));
}
