import type { Grant } from "../../schemas/index.ts";
import type { ControlEntry } from "../stream/control-feed.ts";

/** A grant that stands, with who gave this version of it and when. */
interface StandingGrant {
  readonly grant: Grant;
  readonly author: string;
  readonly givenAtUs: number;
}

/** The grants of a tenant that stand at the end of the control log, by id: the newest version of each, unless taken back. */
export function standingGrants(
  entries: readonly ControlEntry[],
  tenant: string,
): ReadonlyMap<string, StandingGrant> {
  const standing = new Map<string, StandingGrant>();
  for (const { record } of entries) {
    if (record.tenant !== tenant) continue;
    if (record.kind === "grant_given")
      standing.set(record.grant.id, { grant: record.grant, author: record.author, givenAtUs: record.atUs });
    if (record.kind === "grant_revoked") standing.delete(record.grantId);
  }
  return standing;
}
