import type { Authority } from "../schemas/index.ts";
import type { TenantBook } from "./book.ts";
import type { ActionFacts } from "./facts.ts";
import type { GrantVersion } from "./grant-version.ts";
import { versionOf } from "./grants.ts";
import type { Ended, Usage } from "./usage.ts";

/** An action that was judged, and where what it did is counted. */
export interface Used {
  readonly book: TenantBook;
  readonly control: number;
  readonly facts: ActionFacts;
  readonly authority: Authority;
  readonly usage: Usage;
  /** When it counts: its start, unless its clock isn't believed. */
  readonly usedAtUs: number;
}

/**
 * Notes that an action goes ahead. Only what is granted is use; what a limit refused is not.
 *
 * @example
 * if (verdict === "allow") beginUse({ book: book.of(tenant), control: Number.POSITIVE_INFINITY, facts, authority, usage, usedAtUs: facts.startedAtUs });
 */
export function beginUse(used: Used): void {
  const version = usedVersion(used);
  if (version !== undefined && isUse(version, used)) used.usage.begin(version, used.facts, used.usedAtUs);
}

/** Notes how it ended. A try counts as one even where it was refused. */
export function endUse(used: Used, ended: Ended): void {
  const version = usedVersion(used);
  if (version === undefined) return;
  const { usage, facts, usedAtUs, authority } = used;
  if (authority.outcome === "over_retries") usage.endTry(version, facts, usedAtUs, ended);
  else if (isUse(version, used)) usage.end(version, facts, usedAtUs, ended);
}

function usedVersion({ book, control, facts, authority }: Used): GrantVersion | undefined {
  if (!book.grants.hasLimits || authority.grantId === "") return undefined;
  const history = book.grants.get(authority.grantId);
  const version = history && versionOf(history, facts, control);
  return version !== undefined && (version.limits !== undefined || version.grant.ask) ? version : undefined;
}

/** An action of which only the end showed that it brings too much has been let go ahead. */
function isUse(version: GrantVersion, { authority, usage, usedAtUs }: Used): boolean {
  if (authority.outcome === "over_volume") return usage.hasRoom(version, usedAtUs);
  return authority.outcome === "granted";
}
