import { z } from "zod";

export const Severity = z.enum(["info", "low", "medium", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

/** What kinds of evidence there are; a finding is critical only where two of them agree. */
export const EvidenceKind = z.enum([
  "authority",
  "novelty",
  "lineage",
  "sequence",
  "volume",
  "peers",
  "integrity",
  "correlation",
]);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

/** What a finding looks like, to help whoever decides; empty where nothing speaks for one of them. */
export const Hint = z.enum(["", "benign_change", "misconfiguration", "abuse"]);
export type Hint = z.infer<typeof Hint>;

/**
 * What a detection said. `why` holds the numbers that explain it, `sql` the query over the store that recomputes them.
 * Its id is computed from rule, version, identity and cause, and what hid it, so that a replay gives the same row.
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
  evidence: z
    .array(EvidenceKind)
    .max(8)
    .readonly()
    .default([])
    .describe("The kinds of evidence it rests on."),
  confidence: z
    .enum(["full", "cold_start"])
    .default("full")
    .describe("cold_start: too little is known of the identity itself, its peers speak for it."),
  hint: Hint.default(""),
  hintWhy: z
    .array(z.string().max(256))
    .max(16)
    .readonly()
    .default([])
    .describe("What speaks for each, as `abuse: …`."),
  changes: z
    .array(z.string().max(256))
    .max(8)
    .readonly()
    .default([])
    .describe("What changed about the identity lately: versions of agent, policy or model."),
  signal: z
    .string()
    .max(64)
    .exactOptional()
    .describe("What the rule noticed, as actions have it after `rule/`."),
  hidden: z
    .strictObject({ by: z.string().max(128), severity: Severity })
    .readonly()
    .exactOptional()
    .describe(
      "What made it quiet, as `suppression <id>` or `storm <hour>`, and how severe it would have been.",
    ),
  atUs: z.number().int().describe("Event time of the action that completed it, microseconds since 1970."),
});
export type Finding = Readonly<z.infer<typeof Finding>>;
