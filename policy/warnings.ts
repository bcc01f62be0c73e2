import type { Grant } from "../schemas/index.ts";
import { isZone } from "./hours.ts";
import { compilePattern } from "./pattern.ts";

/** Something about a grant that is allowed, and probably not meant. */
export interface PolicyWarning {
  readonly grantId: string;
  readonly kind:
    | "window_over"
    | "grants_everything"
    | "grants_anyone"
    | "asks_everything"
    | "unknown_zone"
    | "unknown_grantee"
    | "unseen_operations";
  readonly sentence: string;
}

export interface WarningOptions {
  readonly nowUs: number;
  /** Operations that each identity was seen to do; nothing is said of them where that isn't known, or nobody was seen. */
  readonly seenOperations?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What would match nothing or everything, grant by grant; a person may have meant it all the same. */
export function policyWarnings(grants: readonly Grant[], options: WarningOptions): readonly PolicyWarning[] {
  return grants.flatMap((grant) =>
    [...ofItself(grant, options.nowUs), ...ofSeen(grant, options.seenOperations)].map(([kind, sentence]) => ({
      grantId: grant.id,
      kind,
      sentence: `grant ${grant.id}: ${sentence}`,
    })),
  );
}

type Said = readonly [PolicyWarning["kind"], string];

function ofItself(
  { window, operations, resources, conditions, grantee, ask }: Grant,
  nowUs: number,
): readonly Said[] {
  const said: Said[] = [];
  const { until } = window;
  if (until !== undefined && Date.parse(until) * 1000 <= nowUs)
    said.push(["window_over", `its window ended at ${until}, so it covers nothing from now on`]);
  const anyOperation = operations.some(isAny);
  if (anyOperation && resources.some(isAny) && Object.keys(conditions).length === 0)
    said.push([
      "grants_everything",
      "operations and resources are both * without a condition, so it covers everything",
    ]);
  if (isAny(grantee)) said.push(["grants_anyone", "the grantee is *, so every identity holds it"]);
  if (ask && anyOperation)
    said.push(["asks_everything", "with ask and operations *, each action waits for a person"]);
  const { zone = "UTC" } = conditions.hours ?? {};
  if (!isZone(zone))
    said.push(["unknown_zone", `${zone} is no time zone that is known here, so its hours never come`]);
  return said;
}

function ofSeen({ grantee, operations }: Grant, seen: WarningOptions["seenOperations"]): readonly Said[] {
  // Where nobody was seen yet, a name that nobody has tells nothing: grants may come before the first span.
  if (seen === undefined || seen.size === 0) return [];
  const isGrantee = compilePattern(grantee);
  const done = [...seen].filter(([identityId]) => isGrantee(identityId)).map(([, names]) => names);
  if (done.length === 0) return [["unknown_grantee", `no identity that was ever seen is ${grantee}`]];
  const matches = operations.map(compilePattern);
  const isDone = done.some((names) => [...names].some((name) => matches.some((match) => match(name))));
  return isDone
    ? []
    : [["unseen_operations", `${grantee} was never seen to do any of ${operations.slice(0, 5).join(", ")}`]];
}

const isAny = (pattern: string): boolean => /^\*+$/u.test(pattern);
