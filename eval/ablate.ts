import { judgingOf } from "../detector/roles/worker.ts";
import type { Around } from "./around.ts";
import type { Label } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import { type Outcome, saidOf } from "./outcome.ts";
import { judged, type Row } from "./rows.ts";
import { scoresOf, type SliceScore } from "./score.ts";
import { percent, table } from "./table.ts";

/** What is scored with some detectors alone. */
export interface Ablated {
  readonly name: string;
  readonly scores: readonly SliceScore[];
}

/** The scores with each detector switched off, then with each alone; of those that noticed something with all on. */
export async function ablated(
  log: RecordedLog,
  labels: readonly Label[],
  { base, row }: { readonly base: Outcome; readonly row: Row },
  around: Around,
): Promise<readonly Ablated[]> {
  const ids = judgingOf(around.config).detectors.map(({ id }) => id);
  const heard = new Set([
    ...base.findings.map(({ rule }) => rule),
    ...[...base.signals.keys()].map((signal) => signal.slice(0, signal.indexOf("/"))),
  ]);
  const active = ids.filter((id) => heard.has(id));
  const silent = ids.filter((id) => !heard.has(id));
  if (silent.length > 0) around.tell(`nothing was noticed by ${silent.join(", ")}: left out of the ablation`);
  const all: Ablated[] = [{ name: "all", scores: scoresOf(labels, saidOf(base)) }];
  const variants = [
    ...active.map((id) => ({ name: `without ${id}`, off: [id] })),
    ...active.map((id) => ({ name: `${id} alone`, off: ids.filter((other) => other !== id) })),
  ];
  for (const { name, off } of variants) {
    const outcome = await judged(log, { learning: row.learning, off, text: name }, around);
    all.push({ name, scores: scoresOf(labels, saidOf(outcome)) });
  }
  return all;
}

export function ablatedText(all: readonly Ablated[]): string {
  return table(ablatedRows(all, (slice) => slice));
}

/** For each slice that is a set or all, with its name: what is caught and flagged with which detectors. The heads come first. */
export function ablatedRows(
  all: readonly Ablated[],
  nameOf: (slice: string) => string,
): readonly (readonly string[])[] {
  const slices = (all[0]?.scores ?? []).map(({ slice }) => slice).filter(isWhole);
  return [
    ["detectors", ...slices.map((slice) => `${nameOf(slice)}: caught / flagged %, AUROC`)],
    ...all.map(({ name, scores }) => [
      name,
      ...slices.map((slice) => {
        const score = scores.find((one) => one.slice === slice);
        if (score === undefined) return "–";
        return `${percent(score.attacks)} / ${percent(score.benign)}, ${score.auroc?.toFixed(3) ?? "–"}`;
      }),
    ]),
  ];
}

/** Whether a slice is a whole set, or all of them. */
const isWhole = (slice: string): boolean => slice === "all" || slice.startsWith("set:");
