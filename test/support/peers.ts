/** Identities as peer groups see them, so that a test names only what it is about. */
import type { Subject, Uses } from "../../detector/peers/subject.ts";
import type { ControlEntry } from "../../detector/stream/control-feed.ts";
import type { PeerGroup } from "../../schemas/index.ts";
import { judgedWith } from "./build.ts";
import type { Judged } from "./stepped.ts";

export const usesWith = (...values: readonly string[]): Uses => ({ values, isCut: false });

/** A believed identity with a habit. */
export const subjectWith = (identityId: string, parts: Partial<Subject> = {}): Subject => ({
  identityId,
  kind: "ci_job",
  owner: "",
  environment: "",
  service: "",
  isVerified: false,
  isDeclared: false,
  logDays: 7,
  isGated: true,
  uses: {
    operations: usesWith("repo.read", "repo.write", "image.push"),
    places: usesWith(),
    networks: usesWith(),
    secrets: usesWith(),
  },
  ...parts,
});

/** The uses of a subject that only uses operations. */
export const operating = (...operations: readonly string[]): Pick<Subject, "uses"> => ({
  uses: {
    operations: usesWith(...operations),
    places: usesWith(),
    networks: usesWith(),
    secrets: usesWith(),
  },
});

const none = { values: [], isComplete: true, alone: 0 };

/** A group of ten peers that do nothing. */
export const groupWith = (parts: Partial<PeerGroup> = {}): PeerGroup => ({
  id: "g",
  basis: "declared",
  defined: "identities of kind ci_job",
  members: 12,
  peers: 10,
  operations: none,
  places: none,
  networks: none,
  secrets: none,
  ...parts,
});

const peersTenant = "peers 'x'";
const told = { tenant: peersTenant, author: "a", atUs: 1 };
const membership = { identityId: "agent:triage", groups: ["g"], counted: [] };
/** A group, and who is in it, as the control log tells them. */
export const peersTold: readonly ControlEntry[] = [
  { position: 9000, record: { kind: "peer_baseline", ...told, group: groupWith() } },
  { position: 9001, record: { kind: "peer_group", ...told, membership } },
];

/** A new identity that does what none of its peers does. */
export const unlikeItsPeers = (offset: number): Judged =>
  judgedWith(offset, { tenant: peersTenant, operation: "o'brien\\{before}" });
