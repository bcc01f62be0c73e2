import type { ControlRecord, Response, Safeguards } from "../schemas/index.ts";
import { durationUs } from "./duration.ts";
import { compilePattern } from "./pattern.ts";

type StandingRecord = Extract<ControlRecord, { readonly kind: "standing_set" }>;

/** Why a playbook's answer was held back: the identity is on the list, or too many were struck before. */
export type HeldBack = NonNullable<Response["heldBack"]>;

/** What holds where a tenant said nothing; as the contract's defaults. */
export const defaultSafeguards: Safeguards = { protected: [], blastRadius: { max: 20, per: "1h" } };

/** How the author of an entry begins that a playbook wrote, and no person. */
export const playbookAuthor = "playbook:";

/** Whether a playbook wrote an entry, as an answer to a finding. */
export function isAnswer({
  author,
  findingId = "",
}: {
  readonly author: string;
  readonly findingId?: string | undefined;
}): boolean {
  return author.startsWith(playbookAuthor) && findingId !== "";
}

const compiled = new WeakMap<Safeguards, readonly ((name: string) => boolean)[]>();

/** Whether no playbook may pause or revoke an identity. */
export function isProtected(safeguards: Safeguards, identityId: string): boolean {
  let patterns = compiled.get(safeguards);
  if (patterns === undefined) {
    patterns = safeguards.protected.map(compilePattern);
    compiled.set(safeguards, patterns);
  }
  return patterns.some((matches) => matches(identityId));
}

/** The entry as it counts when it is held back: what is left is to look. */
export function heldBackRecord(record: StandingRecord, why: HeldBack): StandingRecord {
  const reason = `held back (${why}): ${record.reason}`.slice(0, reasonCharsMax);
  return { ...record, standing: "watched", reason };
}

const reasonCharsMax = 512;
/** Subjects of which it is remembered that they were struck; beyond, the oldest are forgotten. */
const struckMax = 100_000;

interface Struck {
  readonly subject: string;
  readonly atUs: number;
}

/**
 * Which of the answers of playbooks are held back, folded over the log of standings in its order: a reader of the whole log
 * comes to the same answer as every other. Persons' decisions pass, and count for nothing here.
 */
export class StrikeCount {
  #struck: Struck[] = [];

  /** Why an answer is held back; undefined where it counts. */
  whyNot(record: StandingRecord, safeguards: Safeguards): HeldBack | undefined {
    if (!isAnswer(record) || record.standing === "active" || record.standing === "watched") return undefined;
    const { kind, id } = record.subject;
    if (kind === "identity" && isProtected(safeguards, id)) return "protected";
    const subject = `${kind}/${id}`;
    const { max, per } = safeguards.blastRadius;
    const fromUs = record.atUs - durationUs(per);
    const others = new Set<string>();
    for (const one of this.#struck) {
      if (one.atUs <= fromUs) continue;
      // Struck already: who is told again, or told more, is no further one.
      if (one.subject === subject) return undefined;
      others.add(one.subject);
    }
    if (others.size >= max) return "blast_radius";
    this.#struck.push({ subject, atUs: record.atUs });
    if (this.#struck.length > struckMax) this.#struck = this.#struck.slice(struckMax / 2);
    return undefined;
  }
}
