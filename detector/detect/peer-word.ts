import type { PeerKey } from "../../policy/peer-book.ts";
import { loweredBy, ownWeight, peersOf, type PeerWord } from "../../policy/peers.ts";
import { placeOf } from "../../policy/places.ts";
import { clip } from "../attribute/clip.ts";
import type { Examined } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** What an identity's peers say of a first use of its own. */
export interface PeersOnFirstUse {
  readonly peers: number;
  readonly peersUsing: number;
  /** Bits that they take from the news. */
  readonly lowered: number;
  /** Columns `peers` and `peersUsing` in SQL, as the entry of the control log has them. */
  readonly columnsSql: string;
  /** `lowered` in SQL, beside columns `peers`, `peersUsing` and `observations`. */
  readonly loweredSql: string;
  /** What speaks for a change that is meant; nothing where fewer than half do it. */
  readonly hintWhy: readonly string[];
}

/** Who is asked about which first use. Of secrets nobody: that others read one is no reason to. */
const askedOf: Readonly<Record<string, readonly [key: PeerKey, valueOf: (value: string) => string]>> = {
  operation: ["operations", (value) => value],
  resource: ["places", placeOf],
  network: ["networks", (value) => value],
};

/** Characters of a group's sentence that a hint shows. */
const shownMax = 160;

/** Undefined where the identity has no peers, they can't tell, or aren't asked. */
export function peersOnFirstUse(
  { action, decided }: Pick<Examined, "action" | "decided">,
  keyName: string,
  text: string,
  observations: number,
): PeersOnFirstUse | undefined {
  const asked = askedOf[keyName];
  if (asked === undefined || decided.book.peers.size === 0) return undefined;
  const [key, valueOf] = asked;
  const value = valueOf(text);
  const word = peersOf(decided, action.identityId)?.on(key, value);
  if (word === undefined) return undefined;
  const { peers, peersUsing, group } = word;
  return {
    peers,
    peersUsing,
    lowered: loweredBy(word, observations),
    columnsSql: `${peersSql(action.tenant, word)} AS peers, ${usingSql(action.tenant, word, key, value)} AS peersUsing`,
    loweredSql: `greatest(0, ${String(ownWeight)} / (${String(ownWeight)} + observations) * log2((peersUsing + 0.5) / (peers - peersUsing + 0.5)))`,
    hintWhy:
      peersUsing * 2 < peers
        ? []
        : [
            `benign_change: ${String(peersUsing)} of ${String(peers)} peers do so (${clip(group.defined, shownMax)})`,
          ],
  };
}

/** Peers beside the identity itself, as the entry has them. */
export function peersSql(tenant: string, { group, isCounted }: PeerWord): string {
  return columnSql(tenant, group, isCounted ? "peers - 1" : "peers");
}

/** Those of them that use a value. */
export function usingSql(tenant: string, word: PeerWord, key: PeerKey, value: string): string {
  const peers = word.isCounted ? "peers - 1" : "peers";
  return columnSql(tenant, word.group, `least(${key}[${sqlText(value)}], ${peers})`);
}

/** Something that the entry of a group says. */
export function columnSql(tenant: string, { id, position }: PeerWord["group"], what: string): string {
  return `(SELECT ${what} FROM v_peer_baselines WHERE tenant = ${sqlText(tenant)} AND group_id = ${sqlText(id)} AND position = ${String(position)})`;
}
