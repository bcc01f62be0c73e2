import { z } from "zod";
import { ResponseKind } from "./playbook.ts";
import { Standing, StandingSubject } from "./standing.ts";

/** Why a response was held back: the identity is on the protected list, or too many were struck before. */
const HeldBack = z.enum(["protected", "blast_radius"]);

/**
 * What a playbook did about a finding. Its id is computed from both, so that a replay gives the same row. What it does is a
 * standing, set in the log of standings under the author `playbook:<id>`.
 *
 * @example
 * const response = Response.parse(await (await fetch(`${url}/v1/responses`)).json());
 */
export const Response = z.strictObject({
  id: z.string().length(32),
  tenant: z.string(),
  findingId: z.string().length(32),
  playbookId: z.string(),
  kind: ResponseKind,
  subject: StandingSubject,
  standing: Standing.describe("What it sets; `watched` of what was held back, and of what is only proposed."),
  reason: z.string().max(512),
  atUs: z
    .number()
    .int()
    .describe("From when on it counts: when the log took the action, microseconds since 1970."),
  untilUs: z.number().int().exactOptional().describe("When the standing is active again."),
  isDryRun: z.boolean(),
  heldBack: HeldBack.exactOptional(),
  identityId: z.string().describe("Who did what was found."),
  credentialId: z.string().describe('Of the action; "" where it names none.'),
  credentialType: z.string(),
  chainId: z.string(),
  operation: z.string(),
  grantId: z.string().describe("The grant that came closest to covering the action."),
  frameworks: z
    .array(z.string())
    .readonly()
    .describe(
      "Ids under which it falls: of NIST CSF 2.0 what was done, of OWASP and MITRE ATLAS what it was done about.",
    ),
});
export type Response = Readonly<z.infer<typeof Response>>;
