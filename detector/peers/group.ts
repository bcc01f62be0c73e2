import { allGroupId, peersMin } from "../../policy/peers.ts";
import type { PeerGroup, PeerMembership } from "../../schemas/index.ts";
import { clip } from "../attribute/clip.ts";
import { baselineOf } from "./baseline.ts";
import { declaredGroups, type Gathered } from "./declared.ts";
import { operationsMax, similarGroups } from "./similar.ts";
import { byText, countedOf, isBelieved, type Subject } from "./subject.ts";

/** Groups of a tenant that are told, beside the one of all; the largest are. */
const groupsMax = 64;
/** Operations that the sentence of a group of like behaviour names. */
const namedMax = 3;
const operationCharsMax = 100;

/** All groups of a tenant as they are now. */
export interface Grouped {
  readonly groups: readonly PeerGroup[];
  readonly memberships: readonly PeerMembership[];
  /** Groups that had peers enough and were too many. */
  readonly leftOut: number;
}

interface Counted extends Gathered {
  readonly counted: readonly Subject[];
}

/**
 * Puts identities into groups: by what they do, by what is declared of them, and all of them into one. A group is one only with three
 * peers that count. The same identities and the same groups before give the same, in whatever order they come.
 *
 * @param before Members of the groups of like behaviour that there were.
 */
export function groupPeers(
  subjects: readonly Subject[],
  before: ReadonlyMap<string, readonly string[]>,
): Grouped {
  const sorted = subjects.toSorted((one, other) => byText(one.identityId, other.identityId));
  const everybody: Gathered = {
    id: allGroupId,
    basis: "all",
    defined: "all identities",
    members: sorted,
  };
  const gathered = [...likeGroups(sorted, before), ...declaredGroups(sorted)].map(countIn).filter(isEnough);
  const kept = new Set(
    gathered
      .toSorted((one, other) => other.counted.length - one.counted.length || byText(one.id, other.id))
      .slice(0, groupsMax),
  );
  // In the order of how specific they are, which is how memberships name them.
  const all = [...gathered.filter((one) => kept.has(one)), ...[everybody].map(countIn).filter(isEnough)];
  return {
    groups: all.map(groupOf),
    memberships: membershipsOf(all),
    leftOut: gathered.length - kept.size,
  };
}

function likeGroups(
  subjects: readonly Subject[],
  before: ReadonlyMap<string, readonly string[]>,
): readonly Gathered[] {
  const believed = new Map(
    subjects.filter(isBelieved).map((subject) => [subject.identityId, subject] as const),
  );
  const acting = Array.from(believed.values(), ({ identityId, uses }) => ({
    identityId,
    operations: uses.operations.values.slice(0, operationsMax),
  }));
  return Array.from(similarGroups(acting, before), ([id, members]) => {
    const of = members.map((member) => believed.get(member)!);
    return { id, basis: "behaviour" as const, defined: likeSentence(of), members: of };
  });
}

/** Names the operations that most of them use. */
function likeSentence(members: readonly Subject[]): string {
  const { values } = baselineOf(members).operations;
  const common = values.filter(({ users }) => users * 2 >= members.length);
  const named = common.slice(0, namedMax).map(({ value }) => clip(value, operationCharsMax));
  const more = common.length - named.length;
  const rest = more > 0 ? ` and ${String(more)} more` : "";
  return `identities that use much the same operations: ${named.join(", ")}${rest}`;
}

const countIn = (group: Gathered): Counted => ({ ...group, counted: countedOf(group.members, peersMin) });
const isEnough = ({ counted }: Counted): boolean => counted.length >= peersMin;

function groupOf({ id, basis, defined, members, counted }: Counted): PeerGroup {
  return {
    id,
    basis,
    defined,
    members: members.length,
    peers: counted.length,
    ...baselineOf(counted),
  };
}

function membershipsOf(groups: readonly Counted[]): readonly PeerMembership[] {
  const all = new Map<string, { groups: string[]; counted: string[] }>();
  for (const { id, members, counted } of groups) {
    for (const { identityId } of members) {
      const one = all.get(identityId) ?? { groups: [], counted: [] };
      all.set(identityId, one);
      one.groups.push(id);
    }
    for (const { identityId } of counted) all.get(identityId)!.counted.push(id);
  }
  return Array.from(all, ([identityId, one]) => ({ identityId, ...one }));
}
