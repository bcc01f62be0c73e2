import type { Grant } from "../schemas/index.ts";
import { compileGrant, type GrantVersion } from "./grant-version.ts";
import { Holder } from "./holder.ts";
import { NameIndex } from "./name-index.ts";
import { formOf } from "./names.ts";

/** What was said of one grant, in the order of the control log. */
export interface GrantHistory {
  /** Of several grants, the one that was given first comes first. */
  readonly nth: number;
  readonly versions: GrantVersion[];
  readonly revocations: { readonly position: number; readonly atUs: number }[];
}

/** Identities that are remembered; all are forgotten at once when full. */
const holdersMax = 10_000;

/** Everything the control log said of a tenant's grants. */
export class GrantBook {
  /** Whether a grant ever counted what was done before. */
  hasLimits = false;
  readonly #histories = new Map<string, GrantHistory>();
  readonly #byGrantee = new NameIndex<GrantHistory>();
  readonly #holders = new Map<string, Holder>();

  get size(): number {
    return this.#histories.size;
  }

  get(grantId: string): GrantHistory | undefined {
    return this.#histories.get(grantId);
  }

  values(): IterableIterator<GrantHistory> {
    return this.#histories.values();
  }

  /** Notes a version of a grant. */
  give(grant: Grant, atUs: number, position: number): void {
    const history = this.#historyOf(grant.id);
    const version = compileGrant(grant, atUs, position);
    const { text } = version.grantee;
    if (!history.versions.some((one) => one.grantee.text === text))
      this.#byGrantee.add(version.grantee, history);
    history.versions.push(version);
    this.hasLimits ||= version.limits !== undefined || grant.ask;
    if (text.includes("*")) this.#holders.clear();
    else this.#holders.delete(text);
  }

  /** Notes that a grant was taken back. */
  revoke(grantId: string, atUs: number, position: number): void {
    this.#historyOf(grantId).revocations.push({ position, atUs });
  }

  /** An identity with all that was ever granted to it. Good until the next grant is given. */
  holder(identityId: string): Holder {
    const known = this.#holders.get(identityId);
    if (known !== undefined) return known;
    if (this.#holders.size >= holdersMax) this.#holders.clear();
    const made = new Holder(identityId, this.#byGrantee.find(identityId));
    this.#holders.set(identityId, made);
    return made;
  }

  #historyOf(id: string): GrantHistory {
    const known = this.#histories.get(id);
    if (known !== undefined) return known;
    const made: GrantHistory = { nth: this.#histories.size, versions: [], revocations: [] };
    this.#histories.set(id, made);
    return made;
  }
}

/** Whose grants are asked for, and at which moment. */
interface GrantQuestion {
  readonly identityId: string;
  readonly startedAtUs: number;
}

/**
 * The grants whose grantee is `identityId`, as they stood when the action started, by what the control log said before
 * `control`. A replay that names the same position sees the same grants, whatever was decided since; and a new version
 * doesn't take the authority from what was begun under the one before it.
 */
export function grantsOf(book: GrantBook, asked: GrantQuestion, control: number): readonly GrantVersion[] {
  return book
    .holder(asked.identityId)
    .histories.flatMap((history) => versionOf(history, asked, control) ?? []);
}

/** Of a grant the version that stands for an identity. */
export function versionOf(
  { versions }: GrantHistory,
  { identityId, startedAtUs }: GrantQuestion,
  control: number,
): GrantVersion | undefined {
  const version = versionAt(versions, startedAtUs, control);
  if (version === undefined) return undefined;
  // That one of its versions names the identity is known.
  return versions.length === 1 || granteeTakes(version, identityId) ? version : undefined;
}

const granteeTakes = ({ grantee }: GrantVersion, identityId: string): boolean =>
  grantee.takes(identityId, formOf(identityId));

/** When a version was taken back, microseconds since 1970; undefined while it stands. */
export function revokedAtUs(
  { revocations }: GrantHistory,
  { position }: GrantVersion,
  control: number,
): number | undefined {
  // A version given after a revocation stands again: a person decided so.
  for (const one of revocations) if (one.position < control && one.position > position) return one.atUs;
  return undefined;
}

/** Of the versions known before `control`, the last that begins by then; the last of all when none does. */
function versionAt(
  versions: readonly GrantVersion[],
  startedAtUs: number,
  control: number,
): GrantVersion | undefined {
  let last: GrantVersion | undefined;
  for (let at = versions.length - 1; at >= 0; at -= 1) {
    const version = versions[at]!;
    if (version.position >= control) continue;
    if (version.fromUs <= startedAtUs) return version;
    last ??= version;
  }
  return last;
}

/**
 * The instants, in order, at which what grants say may change: within two of them, an operation on a resource is judged alike
 * whenever it starts, unless a version minds more (`mindsAction`).
 */
export function turningPoints(histories: readonly GrantHistory[], control: number): readonly number[] {
  const turns = new Set<number>();
  for (const { versions, revocations } of histories) {
    for (const { fromUs, untilUs, position } of versions)
      if (position < control) turns.add(fromUs).add(untilUs);
    for (const { atUs, position } of revocations) if (position < control) turns.add(atUs);
  }
  return [...turns].toSorted((one, other) => one - other);
}
