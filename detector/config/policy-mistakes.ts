import { PolicyFile } from "../../schemas/index.ts";
import { type Mistake, mistakesOf } from "./mistakes.ts";

/** What people decided as it was written, or everything that is wrong with it. */
export type CheckedPolicy =
  | { readonly ok: true; readonly policy: PolicyFile }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Checks a policy file; the same on the command line and in the service. */
export function checkPolicy(raw: unknown): CheckedPolicy {
  const read = PolicyFile.safeParse(raw);
  if (!read.success)
    return { ok: false, mistakes: mistakesOf(PolicyFile, read.error.issues, raw, "the file") };
  const { grants, playbooks, identities } = read.data;
  const mistakes = Object.entries({ grants, playbooks, identities }).flatMap(([list, items]) =>
    twice(list, items),
  );
  if (isSilent(read.data)) {
    const sentence =
      "the file decides nothing; it must hold some of grants, playbooks, safeguards, guard, identities";
    return { ok: false, mistakes: [{ path: [], what: "value", sentence }] };
  }
  return mistakes.length === 0 ? { ok: true, policy: read.data } : { ok: false, mistakes };
}

function isSilent({ grants, playbooks, identities, safeguards, guard }: PolicyFile): boolean {
  return grants.length + playbooks.length + identities.length === 0 && (safeguards ?? guard) === undefined;
}

/** Two of one id: the later would replace the earlier at once, and both would be news each time. */
function twice(list: string, items: readonly { readonly id: string }[]): readonly Mistake[] {
  const first = new Map<string, number>();
  return items.flatMap(({ id }, at) => {
    const known = first.get(id);
    if (known === undefined) first.set(id, at);
    if (known === undefined) return [];
    const sentence = `${list}[${at}].id is ${JSON.stringify(id).slice(0, 80)}, as that of ${list}[${known}]; each needs its own`;
    return [{ path: [list, at, "id"], what: "value" as const, sentence }];
  });
}
