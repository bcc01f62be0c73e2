import { z } from "zod";

/** Values of one kind that a peer baseline names. */
const usesMax = 128;
/** A longer value is left out, as a cut one could be taken for another. */
const valueCharsMax = 256;

/** What the peers of a group use of one kind. */
export const PeerUses = z.strictObject({
  values: z
    .array(
      z.strictObject({
        value: z.string().min(1).max(valueCharsMax),
        users: z.number().int().positive().describe("Peers whose habit it is."),
      }),
    )
    .max(usesMax)
    .describe("Those with most users first."),
  isComplete: z
    .boolean()
    .describe("Whether all values are named: of one that is not, it is then known that no peer uses it."),
  alone: z.number().int().nonnegative().describe("Peers that use a value which no other peer does."),
});
export type PeerUses = Readonly<z.infer<typeof PeerUses>>;

/**
 * A group of identities that are alike, and what those of them whose habit is known and believed do. It is computed from the
 * store and told over the control log, so that every judge knows the same of it.
 *
 * @example
 * const uses = { values: [{ value: "tickets.open", users: 4 }], isComplete: true, alone: 0 };
 * const none = { values: [], isComplete: true, alone: 0 };
 * const group = PeerGroup.parse({
 *   id: "9f86d081884c7d65", basis: "declared", defined: "identities of kind ci_job in production", members: 5, peers: 4,
 *   operations: uses, places: none, networks: none, secrets: none,
 * });
 */
export const PeerGroup = z.strictObject({
  id: z.string().min(1).max(64),
  basis: z.enum(["declared", "behaviour", "all"]),
  defined: z.string().max(512).describe("Who belongs to it, as a sentence."),
  members: z.number().int().nonnegative().describe("Identities in it, whether or not they count."),
  peers: z
    .number()
    .int()
    .nonnegative()
    .describe("Those that count: their habit is known, and they are believed. 0 of a group that is no more."),
  operations: PeerUses,
  places: PeerUses.describe("Hosts, mail domains and folders of what they touch."),
  networks: PeerUses,
  secrets: PeerUses.describe("Folders of the secrets that they read or write."),
});
export type PeerGroup = Readonly<z.infer<typeof PeerGroup>>;

/** Groups that an identity may be in. */
const groupsOfOneMax = 8;

/** Which groups an identity is in. */
export const PeerMembership = z.strictObject({
  identityId: z.string().min(1).max(512),
  groups: z
    .array(z.string().min(1).max(64))
    .max(groupsOfOneMax)
    .describe("Their ids, the most specific first; none of one that is in no group any more."),
  counted: z
    .array(z.string().min(1).max(64))
    .max(groupsOfOneMax)
    .describe("Those of them in which it is counted among the peers."),
});
export type PeerMembership = Readonly<z.infer<typeof PeerMembership>>;
