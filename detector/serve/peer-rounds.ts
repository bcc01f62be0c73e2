import { groupPeers } from "../peers/group.ts";
import { likeMembers, newsOf } from "../peers/news.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import type { PeersStore } from "../store/peers-store.ts";
import type { PolicyFeed } from "./policy-feed.ts";

/** What a round came to. */
export interface PeerRound {
  /** Identities that were looked at. */
  readonly identities: number;
  readonly groups: number;
  /** Entries that the control log was told. */
  readonly told: number;
  /** Memberships that wait for the next round, as this one had too many. */
  readonly waiting: number;
  /** Groups that were left out, as there are too many. */
  readonly leftOut: number;
}

interface RoundOptions {
  readonly feed: PolicyFeed;
  readonly store: PeersStore;
  readonly clock: Clock;
}

/** Who wrote what a round tells. */
const author = "answerable:peers";
/** Bytes appended at once: a broker takes a megabyte. */
const bytesAtOnce = 256 * 1024;

/**
 * Groups a tenant's identities anew by what the store holds, and tells the control log what changed. Several processes may do so at
 * once: who comes second finds nothing to tell.
 */
export async function peerRound({ feed, store, clock }: RoundOptions, tenant: string): Promise<PeerRound> {
  const nowMs = clock.nowMs();
  const subjects = await store.subjects(tenant, nowMs);
  await feed.refresh();
  const { peers } = feed.book.of(tenant);
  const grouped = groupPeers(subjects, likeMembers(peers));
  const { records, waiting } = newsOf(peers, grouped, { tenant, author, atUs: nowMs * 1000 });
  for (const some of slices(records)) await feed.append(some);
  return {
    identities: subjects.length,
    groups: grouped.groups.length,
    told: records.length,
    waiting,
    leftOut: grouped.leftOut,
  };
}

function* slices(records: readonly ControlRecord[]): Iterable<readonly ControlRecord[]> {
  let some: ControlRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(record));
    if (some.length > 0 && bytes + size > bytesAtOnce) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(record);
    bytes += size;
  }
  if (some.length > 0) yield some;
}
