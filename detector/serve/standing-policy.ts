import { type ControlRecord, type Grant, type PolicyFile, subjectOf } from "../../schemas/index.ts";
import type { ControlEntry } from "../stream/control-feed.ts";

/** The last thing that was said of each subject of a policy and that stands, by `subjectOf`. */
export type StandingPolicy = ReadonlyMap<string, ControlRecord>;

/** Who decides, when, for whom. */
interface Decision {
  readonly tenant: string;
  readonly author: string;
  readonly atUs: number;
}

/** What stands of a tenant's policy at the end of the control log. */
export function standingPolicy(entries: readonly ControlEntry[], tenant: string): StandingPolicy {
  const standing = new Map<string, ControlRecord>();
  for (const { record } of entries) {
    if (record.tenant !== tenant) continue;
    if (record.kind === "grant_revoked" || record.kind === "playbook_removed")
      standing.delete(subjectOf(record));
    if (isPolicy(record)) standing.set(subjectOf(record), record);
  }
  return standing;
}

function isPolicy({ kind }: ControlRecord): boolean {
  return (
    kind === "grant_given" ||
    kind === "playbook_given" ||
    kind === "safeguards_set" ||
    kind === "guard_set" ||
    kind === "identity_declared"
  );
}

/** What a file decides, as entries of the control log in the order of the file. */
export function recordsOf(policy: PolicyFile, decision: Decision): readonly ControlRecord[] {
  const { grants, playbooks, safeguards, guard, identities } = policy;
  return [
    ...identities.map((identity) => ({ kind: "identity_declared" as const, ...decision, identity })),
    ...(guard === undefined ? [] : [{ kind: "guard_set" as const, ...decision, defaults: guard }]),
    ...(safeguards === undefined ? [] : [{ kind: "safeguards_set" as const, ...decision, safeguards }]),
    ...grants.map((grant) => ({ kind: "grant_given" as const, ...decision, grant })),
    ...playbooks.map((playbook) => ({ kind: "playbook_given" as const, ...decision, playbook })),
  ];
}

/** Those of `records` that say something else than what stands. */
export function newsAmong(
  records: readonly ControlRecord[],
  standing: StandingPolicy,
): readonly ControlRecord[] {
  return records.filter((record) => {
    const before = standing.get(subjectOf(record));
    return before === undefined || bodyOf(before) !== bodyOf(record);
  });
}

/** Both were read by the same schema, so their keys come in the same order. */
const bodyOf = ({ tenant: _tenant, author: _author, atUs: _atUs, ...body }: ControlRecord): string =>
  JSON.stringify(body);

/** What stands, as a file that would give it. */
export function fileOf(standing: StandingPolicy): PolicyFile {
  const all = [...standing.values()];
  const safeguards = all.find((one) => one.kind === "safeguards_set");
  const guard = all.find((one) => one.kind === "guard_set");
  return {
    grants: all.flatMap((one) => (one.kind === "grant_given" ? [one.grant] : [])),
    playbooks: all.flatMap((one) => (one.kind === "playbook_given" ? [one.playbook] : [])),
    identities: all.flatMap((one) => (one.kind === "identity_declared" ? [one.identity] : [])),
    ...(safeguards === undefined ? {} : { safeguards: safeguards.safeguards }),
    ...(guard === undefined ? {} : { guard: guard.defaults }),
  };
}

/** Why grants can't be given: each that has a lower version of its policy than the one that stands. */
export function setBacks(grants: readonly Grant[], standing: StandingPolicy): readonly string[] {
  return grants.flatMap(({ id, policy }) => {
    const before = standing.get(`grant/${id}`);
    if (before?.kind !== "grant_given") return [];
    const stands = before.grant.policy;
    return stands.id === policy.id && isOlder(policy.version, stands.version)
      ? [`grant ${id} has version ${policy.version} of ${policy.id}, and version ${stands.version} stands`]
      : [];
  });
}

/** Whether a version is lower than another; two that are not both made of numbers have no order. */
export function isOlder(version: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(version), numbersOf(other)];
  if (mine === undefined || theirs === undefined) return false;
  for (let at = 0; at < Math.max(mine.length, theirs.length); at += 1) {
    const [one, two] = [mine[at] ?? 0n, theirs[at] ?? 0n];
    if (one !== two) return one < two;
  }
  return false;
}

function numbersOf(version: string): readonly bigint[] | undefined {
  if (!/^v?\d{1,18}(?:\.\d{1,18}){0,7}$/u.test(version)) return undefined;
  return version.replace("v", "").split(".").map(BigInt);
}
