import type { PeerGroup, PeerMembership, PeerUses } from "../schemas/index.ts";

/** Kinds of what peers use. */
export const peerKeys = ["operations", "places", "networks", "secrets"] as const;
export type PeerKey = (typeof peerKeys)[number];

/** What the peers of a group use of one kind. */
interface KnownUses {
  /** Peers by value. */
  readonly users: ReadonlyMap<string, number>;
  readonly isComplete: boolean;
  readonly alone: number;
}

/** A group as one entry of the control log told it. */
export interface KnownGroup extends Pick<PeerGroup, "id" | "basis" | "defined" | "members" | "peers"> {
  readonly position: number;
  readonly atUs: number;
  readonly uses: Readonly<Record<PeerKey, KnownUses>>;
}

interface Version<Value> {
  readonly position: number;
  readonly value: Value;
}

/**
 * What was told last of each thing, and some of what was told before: a chunk that was planned is judged by the place of the log
 * that its plan names. Two days of hourly rounds in which all changed each time; whoever looks further back finds nothing.
 */
const versionsMax = 48;
/** Groups, and identities, that are remembered of a tenant; of further ones nothing is. */
const groupsMax = 1_024;
const identitiesMax = 100_000;

/** Peer groups of one tenant. What counts is the place in the log alone, as a group is no decision that begins at an instant. */
export class PeerBook {
  readonly #groups = new Map<string, Version<KnownGroup>[]>();
  readonly #memberships = new Map<string, Version<PeerMembership>[]>();

  /** Groups that were ever told of. */
  get size(): number {
    return this.#groups.size;
  }

  enterGroup(position: number, atUs: number, group: PeerGroup): void {
    const { id, basis, defined, members, peers, operations, places, networks, secrets } = group;
    const uses = {
      operations: knownUses(operations),
      places: knownUses(places),
      networks: knownUses(networks),
      secrets: knownUses(secrets),
    };
    enter(this.#groups, id, groupsMax, {
      position,
      value: { id, basis, defined, members, peers, position, atUs, uses },
    });
  }

  enterMembership(position: number, membership: PeerMembership): void {
    enter(this.#memberships, membership.identityId, identitiesMax, { position, value: membership });
  }

  /** A group as the log before `control` told it. */
  group(id: string, control = Number.POSITIVE_INFINITY): KnownGroup | undefined {
    return last(this.#groups.get(id), control);
  }

  membership(identityId: string, control = Number.POSITIVE_INFINITY): PeerMembership | undefined {
    return last(this.#memberships.get(identityId), control);
  }

  /** Groups that have peers, as the whole log tells them. */
  *groups(): Iterable<KnownGroup> {
    for (const versions of this.#groups.values()) {
      const { value } = versions.at(-1)!;
      if (value.peers > 0) yield value;
    }
  }

  /** Identities that are in a group, as the whole log tells it. */
  *memberships(): Iterable<PeerMembership> {
    for (const versions of this.#memberships.values()) {
      const { value } = versions.at(-1)!;
      if (value.groups.length > 0) yield value;
    }
  }
}

function enter<Value>(
  all: Map<string, Version<Value>[]>,
  id: string,
  idsMax: number,
  version: Version<Value>,
): void {
  const known = all.get(id);
  if (known === undefined) {
    if (all.size < idsMax) all.set(id, [version]);
    return;
  }
  known.push(version);
  if (known.length > versionsMax) known.shift();
}

function last<Value>(versions: readonly Version<Value>[] | undefined, control: number): Value | undefined {
  return versions?.findLast(({ position }) => position < control)?.value;
}

function knownUses({ values, isComplete, alone }: PeerUses): KnownUses {
  return { users: new Map(values.map(({ value, users }) => [value, users])), isComplete, alone };
}
