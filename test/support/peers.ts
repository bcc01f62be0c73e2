/** Identities as peer groups see them, so that a test names only what it is about. */
import type { Subject, Uses } from "../../detector/peers/subject.ts";
import type { PeerGroup } from "../../schemas/index.ts";

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
