import { z } from "zod";

/** What kind of thing acts. The word list is fixed: a new kind is a new version of the contract. */
export const IdentityKind = z.enum([
  "ai_agent",
  "service_account",
  "workload",
  "ci_job",
  "api_key",
  "oauth_client",
  "bot",
  "human",
  "unknown",
]);
export type IdentityKind = z.infer<typeof IdentityKind>;

/**
 * How much the name of an identity is worth as evidence: `verified` was proven to us (a source bound to that
 * identity by its token or certificate), `claimed` is the sender's word, `inferred` was derived from other attributes.
 */
export const IdentityStrength = z.enum(["verified", "claimed", "inferred"]);
export type IdentityStrength = z.infer<typeof IdentityStrength>;

/**
 * Who acts. `id` is canonical: a SPIFFE id, an ARN, `k8s:ns/sa`, `oauth:iss#client`, `agent:name`, `svc:ns/name`.
 *
 * @example
 * const triage = Identity.parse({ id: "agent:triage", kind: "ai_agent", strength: "claimed", rule: "nhi" });
 */
export const Identity = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(512)
    .describe("Canonical id, for example spiffe://acme/ns/prod/sa/triage or agent:triage."),
  kind: IdentityKind,
  strength: IdentityStrength,
  rule: z.string().describe("Id of the identity rule in attribution.json that named it."),
  owner: z.string().max(512).exactOptional().describe("The person or team who answers for it."),
});
export type Identity = Readonly<z.infer<typeof Identity>>;

/**
 * What is known of an identity beside what it does: who answers for it, where it belongs, and whether it is gone.
 *
 * @example
 * const entry = IdentityEntry.parse({ id: "agent:triage", owner: "team:support", environments: ["production"] });
 */
export const IdentityEntry = z.strictObject({
  id: z.string().min(1).max(512),
  owner: z.string().max(512).default(""),
  environments: z
    .array(z.string().min(1).max(128))
    .max(16)
    .default([])
    .describe("Where it acts; empty for anywhere."),
  offboardedAt: z.iso
    .datetime({ offset: true })
    .exactOptional()
    .describe("From then on it should not act any more."),
});
export type IdentityEntry = Readonly<z.infer<typeof IdentityEntry>>;
