import type { EvidenceKind, Severity } from "../../schemas/index.ts";

/**
 * How grave a finding is where its episode rests on these kinds of evidence: critical only if two of them agree. What people
 * decided is no estimate, and needs nothing to agree with it.
 *
 * @example
 * agreedSeverity("critical", ["novelty"], []); // "high"
 */
export function agreedSeverity(
  severity: Severity,
  ofFinding: readonly EvidenceKind[],
  ofEpisode: readonly EvidenceKind[],
): Severity {
  if (severity !== "critical" || ofFinding.includes("authority")) return severity;
  return new Set([...ofFinding, ...ofEpisode]).size >= 2 ? severity : "high";
}
