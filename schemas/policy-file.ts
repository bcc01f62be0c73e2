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
  grants: z.array(Grant).max(10_000).default([]),
  playbooks: z.array(Playbook).max(1_000).default([]),
  safeguards: Safeguards.exactOptional(),
  guard: GuardDefaults.exactOptional(),
  identities: z.array(IdentityEntry).max(10_000).default([]),
});
export type PolicyFile = Readonly<z.infer<typeof PolicyFile>>;
