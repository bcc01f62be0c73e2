import { z } from "zod";
import { Grant } from "./grant.ts";
import { GuardDefaults } from "./guard.ts";
import { IdentityEntry } from "./identity.ts";
import { Playbook, Safeguards } from "./playbook.ts";

/**
 * What `answerable apply -f` reads: what people decide, as YAML. Each list adds to, or replaces by id, what stands; nothing that
 * is left out is taken back.
 */
export const PolicyFile = z.strictObject({
  grants: z
    .array(Grant)
    .max(10_000)
    .default([])
    .describe("Who may do what, by whose approval; by id, each needs its own."),
  playbooks: z
    .array(Playbook)
    .max(1_000)
    .default([])
    .describe("What is done about findings without waiting for a person."),
  safeguards: Safeguards.exactOptional().describe("What holds playbooks back."),
  guard: GuardDefaults.exactOptional().describe("What holds where no grant speaks."),
  identities: z
    .array(IdentityEntry)
    .max(10_000)
    .default([])
    .describe("Who answers for identities, where they belong, and which are gone."),
});
export type PolicyFile = Readonly<z.infer<typeof PolicyFile>>;
