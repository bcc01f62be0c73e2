import { z } from "zod";
import type { KnownGroup, PeerBook } from "../../policy/peer-book.ts";
import { toldGroup } from "../peers/news.ts";
import type { Client } from "../ingest/ports.ts";
import type { PeerRound } from "./peer-rounds.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem } from "./reply.ts";
import type { Route } from "./route.ts";

/** Members that a group is shown with. */
const shownMax = 100;

const PeersQuery = z.strictObject({ identity: z.string().max(512).default("") });

/** The groups of identities that are alike, what their peers do, and grouping them anew. */
export function peerRoutes({
  feed,
  refresh,
}: {
  readonly feed: PolicyFeed;
  readonly refresh: (tenant: string) => Promise<PeerRound>;
}): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/peers",
      permission: "read",
      answer: async ({ client, query }) => {
        const asked = PeersQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        await feed.refresh();
        return ok({ groups: groupsOf(feed, client, asked.data.identity) });
      },
    },
    {
      method: "POST",
      path: "/v1/peers/refresh",
      permission: "decide",
      answer: async ({ client }) => ok({ round: await refresh(client.tenant) }),
    },
  ];
}

function groupsOf(feed: PolicyFeed, { tenant }: Client, identityId: string): readonly object[] {
  const book = feed.book.of(tenant).peers;
  const members = membersBy(book);
  const wanted = identityId === "" ? undefined : (book.membership(identityId)?.groups ?? []);
  return Array.from(book.groups())
    .filter(({ id }) => wanted === undefined || wanted.includes(id))
    .toSorted((one, other) => other.peers - one.peers || (one.id < other.id ? -1 : 1))
    .map((group) => shown(group, members.get(group.id) ?? []));
}

interface Member {
  readonly identityId: string;
  readonly isCounted: boolean;
}

function shown(group: KnownGroup, members: readonly Member[]): object {
  const sorted = members.toSorted((one, other) => (one.identityId < other.identityId ? -1 : 1));
  return {
    ...toldGroup(group),
    members: members.length,
    atUs: group.atUs,
    shownMembers: sorted.slice(0, shownMax),
  };
}

function membersBy(book: PeerBook): ReadonlyMap<string, readonly Member[]> {
  const all = new Map<string, Member[]>();
  for (const { identityId, groups, counted } of book.memberships())
    for (const id of groups) {
      const known = all.get(id) ?? [];
      all.set(id, known);
      known.push({ identityId, isCounted: counted.includes(id) });
    }
  return all;
}
