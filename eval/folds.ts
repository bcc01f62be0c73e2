import { createHash } from "node:crypto";
import type { Around } from "./around.ts";
import { type Act, Acts } from "./causes.ts";
import { CharacterWatch, type Forecast } from "./character.ts";
import type { Label } from "./labels.ts";
import { onlyRuns, type RecordedLog } from "./log.ts";
import { saidOf } from "./outcome.ts";
import { judged, type Row } from "./rows.ts";
import { type Scored, scoresOf, type Share, type SliceScore } from "./score.ts";
import { percent, scoreHeads, scoreRow, table } from "./table.ts";

/** What is kept apart: all runs of a task, or all of a model. */
export type Kept = "tasks" | "models";

/** What came of all folds. */
export interface Folded {
  readonly kept: Kept;
  /** Each fold by itself. */
  readonly folds: readonly (readonly SliceScore[])[];
  /** The scored runs of all folds together. */
  readonly pooled: readonly SliceScore[];
  readonly models: readonly SliceScore[];
  /** What was said of every scored run. */
  readonly said: ReadonlyMap<string, Scored>;
  /** What each fold's learning alone expects of each identity. */
  readonly forecasts: readonly (readonly Forecast[])[];
  /** The actions of every scored run, as they were thought of. */
  readonly acts: ReadonlyMap<string, readonly Act[]>;
  readonly identityOf: ReadonlyMap<string, string>;
  /** In which fold a run is scored. */
  readonly inFold: (label: Label) => number;
}

/** In which fold a task is, or a model. */
export function foldOf(
  { suite, user_task: task, model }: Label,
  folds: number,
  kept: Kept = "tasks",
): number {
  const name = kept === "tasks" ? `${suite}/${task}` : model;
  return createHash("sha256").update(`fold/${name}`).digest().readUInt32BE(0) % folds;
}

interface FoldsAsked {
  readonly folds: number;
  readonly kept: Kept;
  readonly row: Row;
  readonly off: readonly string[];
}

/** Learns from the runs of other tasks, or models, and scores the runs of those that were never seen: each fold in turn. */
export async function folded(
  log: RecordedLog,
  labels: readonly Label[],
  { folds: count, kept: apart, row, off }: FoldsAsked,
  around: Around,
): Promise<Folded> {
  if (log.recorded.includes(undefined))
    throw new Error(
      "--folds needs recorded actions or conversations: of OTLP nobody knows which run a request is of",
    );
  const said = new Map<string, Scored>();
  const folds: (readonly SliceScore[])[] = [];
  const forecasts: (readonly Forecast[])[] = [];
  const identityOf = new Map<string, string>();
  const acts = new Map<string, readonly Act[]>();
  const inFold = (label: Label): number => foldOf(label, count, apart);
  for (let fold = 0; fold < count; fold += 1) {
    const kept = labels.filter((label) => (inFold(label) === fold) === (label.phase !== "learn"));
    const runs = new Set(kept.map((label) => label.run_id));
    const part = onlyRuns(log, (run) => runs.has(run));
    const text = `${apart}, fold ${String(fold + 1)} of ${String(count)}`;
    const watch = new CharacterWatch({ thoughts: true });
    const audience = new Acts(part, runs, watch);
    const outcome = await judged(part, { learning: row.learning, off, text, watch, audience }, around);
    forecasts.push(watch.forecasts());
    for (const { run, identity } of outcome.runs.values()) identityOf.set(run, identity);
    const here = saidOf(outcome);
    folds.push(scoresOf(kept, here));
    for (const [run, scored] of here) if (!said.has(run)) said.set(run, scored);
    for (const { run_id: run, phase } of kept) {
      if (phase === "learn") continue;
      said.set(run, here.get(run) ?? unsaid);
      acts.set(run, audience.of(run));
    }
  }
  const pooled = scoresOf(labels, said);
  const models = scoresOf(labels, said, ({ model }) => [model]);
  return { kept: apart, folds, pooled, models, said, forecasts, acts, identityOf, inFold };
}

const unsaid: Scored = { flagged: false, score: 0, cites: () => false };

/** Tables of the folds: mean and spread over them, all together, and over models. */
export function foldedText({ kept, folds, pooled, models }: Folded): string {
  return [
    `${kept} never seen, mean over ${String(folds.length)} folds (least to most)\n`,
    table(spreadRows({ folds, pooled })),
    `\n${kept} never seen, all folds together\n`,
    table([scoreHeads, ...pooled.map((score) => scoreRow(score))]),
    "\nthe same over models, of those with 10 runs or more\n",
    table(modelRows(models)),
  ].join("");
}

/** Rows with their heads: mean and spread over the folds, slice by slice. */
export function spreadRows({
  folds,
  pooled,
}: Pick<Folded, "folds" | "pooled">): readonly (readonly string[])[] {
  return [
    ["slice", "caught %", "flagged %", "cited %", "AUROC"],
    ...pooled.map(({ slice }) =>
      spreadRow(
        slice,
        folds.map((fold) => fold.find((one) => one.slice === slice)),
      ),
    ),
  ];
}

function spreadRow(slice: string, scores: readonly (SliceScore | undefined)[]): readonly string[] {
  const of = (value: (score: SliceScore) => number | undefined): readonly number[] =>
    scores.flatMap((score) => (score === undefined ? [] : (value(score) ?? [])));
  return [
    slice,
    spread(of(({ attacks }) => percentOf(attacks))),
    spread(of(({ benign }) => percentOf(benign))),
    spread(of(({ cited }) => percentOf(cited))),
    spread(
      of(({ auroc }) => auroc),
      3,
    ),
  ];
}

const percentOf = ({ part, whole }: Share): number | undefined =>
  whole === 0 ? undefined : (100 * part) / whole;

/** Mean, least and most. */
export function spread(values: readonly number[], digits = 1): string {
  if (values.length === 0) return "–";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

const modelRunsMin = 10;

/** Rows with their heads: how the models differ, and those of which least is caught. */
export function modelRows(models: readonly SliceScore[]): readonly (readonly string[])[] {
  const attacked = models.filter(({ attacks }) => attacks.whole >= modelRunsMin);
  const honest = models.filter(({ benign }) => benign.whole >= modelRunsMin);
  const worst = attacked.toSorted((one, other) => share(one.attacks) - share(other.attacks)).slice(0, 5);
  return [
    ["", "models", "mean (least–most)"],
    ["caught %", String(attacked.length), spread(attacked.map(({ attacks }) => 100 * share(attacks)))],
    ["flagged %", String(honest.length), spread(honest.map(({ benign }) => 100 * share(benign)))],
    ...worst.map(({ slice, attacks }) => [
      `  least caught: ${slice}`,
      String(attacks.whole),
      percent(attacks),
    ]),
  ];
}

const share = ({ part, whole }: Share): number => (whole === 0 ? 0 : part / whole);
