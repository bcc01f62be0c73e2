import { once } from "../../detector/once.ts";
import type { Around } from "../around.ts";
import { Acts } from "../causes.ts";
import { CharacterWatch } from "../character.ts";
import { folded } from "../folds.ts";
import { gather } from "../gather.ts";
import { labelsOf } from "../labels.ts";
import type { EvalOptions } from "../options.ts";
import { saidOf } from "../outcome.ts";
import { judged, rowsOf } from "../rows.ts";

const folds = 4;

/** What several parts of the report rest on: each is measured when it is first asked for, and once. */
export type Measures = ReturnType<typeof measuresOf>;

export function measuresOf(options: EvalOptions, around: Around) {
  const rows = rowsOf(options.learnUntilMs);
  const [row] = rows;
  const labels = once(() => labelsOf(options.labels));
  const log = once(() => gather("actions", options, false, around));
  /** Tasks known, learning ended: with what was thought of each action. */
  const known = once(async () => {
    const read = await log();
    const watch = new CharacterWatch({ thoughts: true });
    const acts = new Acts(read, new Set((await labels()).map((label) => label.run_id)), watch);
    const asked = { learning: row.learning, off: [], text: "tasks known", audience: acts, watch };
    const outcome = await judged(read, asked, around);
    return { outcome, said: saidOf(outcome), acts, forecasts: watch.forecasts() };
  });
  const fold = async (kept: "tasks" | "models") =>
    folded(await log(), await labels(), { folds, kept, row, off: [] }, around);
  return {
    around,
    options,
    rows,
    folds,
    labels,
    log,
    known,
    unseen: once(() => fold("tasks")),
    models: once(() => fold("models")),
  };
}
