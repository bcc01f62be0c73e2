import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import type { Subject } from "./subject.ts";

/** A group before anybody counted in it. */
export interface Gathered {
  readonly id: string;
  readonly basis: "declared" | "behaviour" | "all";
  readonly defined: string;
  readonly members: Subject[];
}

/** Characters of an attribute that a sentence shows. */
const shownMax = 100;

/** What a group has in common, the most specific first; each identity is in one group of each, or in none where it lacks the attribute. */
const facets: readonly {
  readonly name: string;
  readonly partsOf: (subject: Subject) => readonly string[] | undefined;
  readonly defined: (subject: Subject) => string;
}[] = [
  {
    name: "service",
    partsOf: ({ kind, service, environment }) => (service === "" ? undefined : [kind, service, environment]),
    defined: ({ kind, service, environment }) =>
      `identities of kind ${kind} that are the service ${shown(service)}${where(environment)}`,
  },
  {
    name: "owner",
    partsOf: ({ kind, owner, environment }) => (owner === "" ? undefined : [kind, owner, environment]),
    defined: ({ kind, owner, environment }) =>
      `identities of kind ${kind} that ${shown(owner)} answers for${where(environment)}`,
  },
  {
    name: "kind",
    partsOf: ({ kind, environment }) => [kind, environment],
    defined: ({ kind, environment }) => `identities of kind ${kind}${where(environment)}`,
  },
];

/** Groups by what is declared of identities, the most specific facet first. */
export function declaredGroups(subjects: readonly Subject[]): readonly Gathered[] {
  return facets.flatMap(({ name, partsOf, defined }) => {
    const groups = new Map<string, Gathered>();
    for (const subject of subjects) {
      const parts = partsOf(subject);
      if (parts === undefined) continue;
      const id = computedId("peers", name, ...parts).slice(0, 16);
      const group = groups.get(id);
      if (group === undefined)
        groups.set(id, { id, basis: "declared", defined: defined(subject), members: [subject] });
      else group.members.push(subject);
    }
    return [...groups.values()];
  });
}

const where = (environment: string): string => (environment === "" ? "" : ` in ${shown(environment)}`);

function shown(text: string): string {
  return text.length <= shownMax ? text : `${clip(text, shownMax)}…`;
}
