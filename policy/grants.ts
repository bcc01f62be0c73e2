import type { Grant } from "../schemas/index.ts";
import { compilePattern } from "./pattern.ts";

/** One version of a grant as the control log brought it, compiled; as it stands at one position of the log. */
export interface StandingGrant {
  readonly grant: Grant;
  /** Position of the entry in the control log. */
  readonly position: number;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly granteeMatches: (identityId: string) => boolean;
  readonly operationMatches: readonly ((operation: string) => boolean)[];
  readonly resourceMatches: readonly ((resource: string) => boolean)[];
  /** Whether it takes every resource, so that nobody need look at which. */
  readonly takesAnyResource: boolean;
  /** When it was taken back, microseconds since 1970; undefined while it stands, as every version does at first. */
  readonly revokedAtUs: number | undefined;
}

export interface GrantHistory {
  readonly versions: StandingGrant[];
  readonly revocations: { readonly position: number; readonly atUs: number }[];
}

/** Everything the control log said of a tenant's grants, by grant id, in the order it was said. */
export type GrantBook = Map<string, GrantHistory>;

/** Notes a version of a grant. */
export function giveGrant(book: GrantBook, grant: Grant, atUs: number, position: number): void {
  historyOf(book, grant.id).versions.push(compileGrant(grant, atUs, position));
}

/** Notes that a grant was taken back. */
export function revokeGrant(book: GrantBook, id: string, atUs: number, position: number): void {
  historyOf(book, id).revocations.push({ position, atUs });
}

function historyOf(book: GrantBook, id: string): GrantHistory {
  const history = book.get(id) ?? { versions: [], revocations: [] };
  book.set(id, history);
  return history;
}

/**
 * The grants whose grantee is `identityId`, as they stood when the action started, by what the control log said before
 * `control`. A replay that names the same position sees the same grants, whatever was decided since; and a new version
 * doesn't take the authority from what was begun under the one before it.
 */
export function grantsOf(book: GrantBook, asked: GrantQuestion, control: number): readonly StandingGrant[] {
  const standing: StandingGrant[] = [];
  for (const { versions, revocations } of book.values()) {
    const version = versionAt(versions, asked.startedAtUs, control);
    if (version === undefined || !version.granteeMatches(asked.identityId)) continue;
    // A version given after a revocation stands again: a person decided so.
    const revocation = revocations.find((one) => one.position < control && one.position > version.position);
    standing.push(revocation === undefined ? version : { ...version, revokedAtUs: revocation.atUs });
  }
  return standing;
}

/** Of the versions known before `control`, the last that begins by then; the last of all when none does. */
function versionAt(
  versions: readonly StandingGrant[],
  startedAtUs: number,
  control: number,
): StandingGrant | undefined {
  let last: StandingGrant | undefined;
  for (let at = versions.length - 1; at >= 0; at -= 1) {
    const version = versions[at]!;
    if (version.position >= control) continue;
    if (version.fromUs <= startedAtUs) return version;
    last ??= version;
  }
  return last;
}

/**
 * The instants, in order, at which what grants say of an identity may change: within two of them, an operation on a
 * resource is judged alike whenever it starts.
 */
export function turningPoints(
  book: GrantBook,
  { identityId }: Pick<GrantQuestion, "identityId">,
  control: number,
): readonly number[] {
  const turns = new Set<number>();
  for (const { versions, revocations } of book.values()) {
    const known = versions.filter((one) => one.position < control);
    if (!known.some((one) => one.granteeMatches(identityId))) continue;
    for (const { fromUs, untilUs } of known) turns.add(fromUs).add(untilUs);
    for (const { atUs } of revocations) turns.add(atUs);
  }
  return [...turns].toSorted((one, other) => one - other);
}

/** Whose grants are asked for, and at which moment. */
interface GrantQuestion {
  readonly identityId: string;
  readonly startedAtUs: number;
}

/** A grant without a start counts from the moment it was given: authority doesn't reach back unless someone wrote so. */
function compileGrant(grant: Grant, givenAtUs: number, position: number): StandingGrant {
  return {
    grant,
    position,
    fromUs: grant.window.from === undefined ? givenAtUs : Date.parse(grant.window.from) * 1000,
    untilUs:
      grant.window.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(grant.window.until) * 1000,
    granteeMatches: compilePattern(grant.grantee),
    operationMatches: grant.operations.map(compilePattern),
    resourceMatches: grant.resources.map(compilePattern),
    takesAnyResource: grant.resources.includes("*"),
    revokedAtUs: undefined,
  };
}
