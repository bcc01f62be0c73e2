import type { Proof } from "./proof.ts";

/** How a scenario ended; without a proof it failed. */
export interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly proof: Proof | undefined;
}

/** What was accepted and what is stored, in a line. */
export function sums(proof: Proof): string {
  const { sent, spans, actions, noAction, duplicates, deadLettered, letters, looks } = proof;
  return (
    `sent ${n(sent.actions)} actions, ${n(sent.again)} of them again, ${n(sent.noAction)} spans without action, ${n(sent.broken)} broken; ` +
    `accepted ${n(spans)} spans = stored ${n(actions)} actions + ${n(noAction)} no action + ${n(duplicates)} duplicates + ${n(deadLettered)} dead letters; ` +
    `${n(letters)} letters in their topic; /metrics added up at ${n(looks)} looks; audit: nothing lost, nothing double`
  );
}

/** All outcomes below each other. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [
    ["scenario", "", "seconds", "spans in", "actions", "no action", "duplicates", "dead letters"],
    ...outcomes.map(({ name, seconds, proof }) => [
      name,
      proof === undefined ? "FAILED" : "ok",
      n(Math.round(seconds)),
      ...(proof === undefined
        ? []
        : [proof.spans, proof.actions, proof.noAction, proof.duplicates, proof.deadLettered].map(n)),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

const n = (value: number): string => value.toLocaleString("en");
