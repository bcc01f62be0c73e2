import { z } from "zod";
import { Severity } from "./finding.ts";
import { Duration, Pattern } from "./pattern.ts";

/** What may be done about a finding without waiting for a person. */
export const ResponseKind = z.enum(["watch", "pause", "revoke", "require_approval", "shrink_grant"]);
export type ResponseKind = z.infer<typeof ResponseKind>;

/**
 * What is done on which finding. With `dryRun` it is only noted what would have been done.
 *
 * @example
 * const playbook = Playbook.parse({ id: "stop-outside-change", on: { rules: ["outside-grant"], minSeverity: "high" }, do: "pause" });
 */
export const Playbook = z.strictObject({
  id: z.string().min(1).max(256),
  on: z.strictObject({
    rules: z.array(Pattern).min(1).max(64).describe("Of findings, for example outside-grant."),
    signals: z
      .array(Pattern)
      .min(1)
      .max(64)
      .exactOptional()
      .describe("For example outside_window; all where absent."),
    minSeverity: Severity.default("high"),
    identities: z.array(Pattern).min(1).max(256).default(["*"]),
  }),
  do: ResponseKind.describe("What is done when such a finding is raised."),
  of: z.enum(["identity", "chain"]).default("identity").describe("Whose standing changes."),
  for: Duration.exactOptional().describe("After which the standing is active again; for good where absent."),
  dryRun: z.boolean().default(false).describe("Only note what would have been done."),
});
export type Playbook = Readonly<z.infer<typeof Playbook>>;

/** What holds responses back that nobody asked for. */
export const Safeguards = z.strictObject({
  protected: z
    .array(Pattern)
    .max(1024)
    .default([])
    .describe("Identities that no playbook pauses or revokes; a person still may."),
  blastRadius: z
    .strictObject({ max: z.number().int().min(0).max(1_000_000), per: Duration })
    .default({ max: 20, per: "1h" })
    .describe(
      "Most identities that playbooks pause or revoke in that time; of further ones it is only noted.",
    ),
});
export type Safeguards = Readonly<z.infer<typeof Safeguards>>;
