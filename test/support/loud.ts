/** A detector that speaks of everything, and people's words about it, so that a test is about who keeps it quiet. */
import { type Detector, noMemory } from "../../detector/detect/detector.ts";
import { PolicyBook } from "../../policy/book.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { builtAtUs } from "./build.ts";

/** Says something of every action once; of `same` every action is one cause. */
export const loud = (parts: Partial<Pick<Detector, "id" | "family">> = {}, same = false): Detector => ({
  id: "loud",
  version: 1,
  family: "behaviour",
  newMemory: () => noMemory,
  examine: ({ action }) => [
    {
      name: "heard",
      severity: "high",
      cause: same ? "heard" : action.id,
      tell: () => ({ title: "heard", why: { n: 1 }, sql: "SELECT 1 AS n" }),
    },
  ],
  learn: () => undefined,
  ...parts,
});

type Open = Omit<Extract<ControlRecord, { kind: "suppression_set" }>["suppression"], "reason">;

export const suppressed = (
  suppression: Partial<Open> & Pick<Open, "matcher">,
  atUs = builtAtUs,
): ControlRecord => ({
  kind: "suppression_set",
  tenant: "default",
  author: "user:ana@acme.example",
  atUs,
  suppression: { id: "s1", reason: "known", untilUs: atUs + 86_400_000_000, ...suppression },
});

export const judgedAs = (
  verdict: "benign" | "misconfiguration" | "abuse",
  findingId: string,
  parts: { identityId?: string; rule?: string; signal?: string } = {},
): ControlRecord => ({
  kind: "verdict_given",
  tenant: "default",
  author: "user:ana@acme.example",
  atUs: builtAtUs,
  findingId: findingId.padStart(32, "0"),
  verdict,
  rule: "loud",
  signal: "heard",
  identityId: "agent:triage",
  comment: "",
  ...parts,
});

export function bookSaying(...records: readonly ControlRecord[]): PolicyBook {
  const book = new PolicyBook();
  records.forEach((record, position) => book.enter(position, record));
  return book;
}
