import { computedId } from "../attribute/ids.ts";
import { byText } from "./subject.ts";

/** An identity and the operations that it uses most. */
export interface Acting {
  readonly identityId: string;
  readonly operations: readonly string[];
}

/** Operations of an identity that are compared. */
export const operationsMax = 64;
/** Who uses fewer is like everybody who uses those. */
const operationsMin = 3;
/** Groups that are compared with; who is like none of so many stays alone. */
const leadersMax = 512;

/** Jaccard similarity of operations from which on an identity joins a group. */
const joinMin = 0.6;
/** A member stays while it is like its group by this much, */
const stayMin = 0.35;
/** unless it is like another by so much more. */
const betterBy = 0.15;

/** Operations that stand for a group, as numbers, rising. */
interface Leader {
  readonly id: string;
  readonly profile: Int32Array;
  readonly members: string[];
}

/**
 * Groups of identities that use much the same operations. A member stays in its group unless another is clearly better, and what
 * stands for a group is what most of those did who were in it before: who comes new moves nobody. The same identities give the same
 * groups, in whatever order they come.
 *
 * @param before Members of each group that there was.
 * @returns members by group, sorted; also groups of which nobody is left.
 */
export function similarGroups(
  acting: readonly Acting[],
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const numbers = new Map<string, number>();
  const numbered = new Map(
    acting
      .toSorted((one, other) => byText(one.identityId, other.identityId))
      .map(({ identityId, operations }) => [identityId, setOf(operations, numbers)] as const)
      .filter(([, set]) => set.length >= operationsMin),
  );
  const ownGroups = new Map<string, string>();
  const leaders: Leader[] = [];
  for (const [id, members] of [...before].toSorted(([one], [other]) => byText(one, other))) {
    const sets = members.map((member) => numbered.get(member)).filter((set) => set !== undefined);
    for (const member of members) ownGroups.set(member, id);
    if (leaders.length < leadersMax) leaders.push({ id, profile: commonOf(sets), members: [] });
  }
  const alone: [string, Int32Array][] = [];
  for (const [identityId, set] of numbered) {
    const home = homeOf(set, leaders, ownGroups.get(identityId));
    if (home === undefined) alone.push([identityId, set]);
    else home.members.push(identityId);
  }
  return new Map([...leaders, ...newGroups(alone, leaders)].map(({ id, members }) => [id, members]));
}

/** Those that are like no group are gathered around the first of them, by their names. */
function newGroups(alone: readonly [string, Int32Array][], known: readonly Leader[]): readonly Leader[] {
  const taken = new Set(known.map(({ id }) => id));
  const made: Leader[] = [];
  for (const [identityId, set] of alone) {
    const home = homeOf(set, made, undefined);
    if (home !== undefined) home.members.push(identityId);
    else if (known.length + made.length < leadersMax) {
      const id = freeId(identityId, taken);
      taken.add(id);
      made.push({ id, profile: set, members: [identityId] });
    }
  }
  return made;
}

/** Of the identity around which it was gathered; of one that was left by that identity, another. */
function freeId(identityId: string, taken: ReadonlySet<string>): string {
  for (let nth = 0; ; nth += 1) {
    const id = computedId("peers", "behaviour", identityId, String(nth)).slice(0, 16);
    if (!taken.has(id)) return id;
  }
}

function homeOf(set: Int32Array, leaders: readonly Leader[], ownId: string | undefined): Leader | undefined {
  let best: Leader | undefined;
  let bestLike = 0;
  let own: Leader | undefined;
  let ownLike = 0;
  for (const leader of leaders) {
    const like = likeness(set, leader.profile);
    if (leader.id === ownId) {
      own = leader;
      ownLike = like;
    }
    if (like > bestLike) {
      best = leader;
      bestLike = like;
    }
  }
  if (own !== undefined && ownLike >= stayMin && bestLike <= ownLike + betterBy) return own;
  return bestLike >= joinMin ? best : undefined;
}

/** Operations that half of the sets or more hold. */
function commonOf(sets: readonly Int32Array[]): Int32Array {
  const counts = new Map<number, number>();
  for (const set of sets) for (const number of set) counts.set(number, (counts.get(number) ?? 0) + 1);
  const common = [...counts].filter(([, count]) => count * 2 >= sets.length).map(([number]) => number);
  return Int32Array.from(common).toSorted();
}

function setOf(operations: readonly string[], numbers: Map<string, number>): Int32Array {
  const set = new Set<number>();
  for (const operation of operations.slice(0, operationsMax)) {
    const number = numbers.get(operation) ?? numbers.size;
    numbers.set(operation, number);
    set.add(number);
  }
  return Int32Array.from(set).toSorted();
}

/** What both have of what either has. */
function likeness(one: Int32Array, other: Int32Array): number {
  let both = 0;
  let at = 0;
  for (const number of one) {
    while (at < other.length && other[at]! < number) at += 1;
    if (at < other.length && other[at] === number) both += 1;
  }
  const either = one.length + other.length - both;
  return either === 0 ? 0 : both / either;
}
