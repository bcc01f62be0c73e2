import { z } from "zod";

export const Severity = z.enum(["info", "low", "medium", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

/**
 * What a detection said. `why` holds the numbers that explain it, `sql` the query over the store that recomputes them.
 * Its id is computed from rule, version, identity and cause, so that a replay gives the same row.
 */
export const Finding = z.strictObject({
  id: z.string().length(32),
  tenant: z.string(),
  rule: z.string(),
  ruleVersion: z.number().int().positive(),
  identityId: z.string(),
  episodeId: z.string().length(32),
  chainId: z.string(),
  sessionId: z.string(),
  severity: Severity,
  title: z.string().max(512),
  cause: z.string().max(1024).describe("What makes it this finding and no other; part of the id."),
  why: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  sql: z.string(),
  actionIds: z
    .array(z.string())
    .readonly()
    .describe("Actions it cites; none where something is missing and no action stands beside it."),
  frameworks: z
    .array(z.string().max(32))
    .max(32)
    .readonly()
    .default([])
    .describe(
      "Ids of NIST CSF 2.0, OWASP ASI 2026, OWASP NHI 2025 and MITRE ATLAS 5.6.0 that it falls under.",
    ),
  atUs: z.number().int().describe("Event time of the action that completed it, microseconds since 1970."),
});
export type Finding = Readonly<z.infer<typeof Finding>>;
