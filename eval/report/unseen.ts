import { falseAlarmBudget } from "../../detector/detect/character/line.ts";
import { type Folded, type Kept, modelRows, spreadRows } from "../folds.ts";
import { expectationRows, expectations } from "../forecasts.ts";
import { markdownTable } from "./markdown.ts";
import type { Part } from "./part.ts";
import { curvesOf, figuresOf, scoreTable, sliceName } from "./slices.ts";

/** Tasks that the identity never did. */
export const unseen: Part = {
  name: "unseen",
  async make({ labels: read, unseen: folds }, picture) {
    const labels = await read();
    const done = await folds();
    const text = [
      "## Tasks never seen\n",
      `The tasks are dealt into ${String(done.folds.length)} folds. Each fold in turn: learned is from the honest runs of the other folds' tasks, scored are the runs of this fold's.\n`,
      ...tables(done, "tasks"),
      picture("unseen", "Tasks never seen", curvesOf(labels, done.said, done.pooled)),
      "### By model\n",
      "Of the models with 10 runs or more.\n",
      markdownTable(modelRows(done.models)),
    ].join("\n");
    return { text, slices: { unseen: figuresOf(done.pooled) } };
  },
};

/** Models that the detector never learned from. */
export const models: Part = {
  name: "models",
  async make({ models: folds }) {
    const done = await folds();
    const text = [
      "## Models never seen\n",
      `The models are dealt into ${String(done.folds.length)} folds. Each fold in turn: learned is from the honest runs of the other folds' models, scored are the runs of this fold's. The tasks are known.\n`,
      ...tables(done, "models"),
      "### By model\n",
      "Of the models with 10 runs or more.\n",
      markdownTable(modelRows(done.models)),
    ].join("\n");
    return { text, slices: { models: figuresOf(done.pooled) } };
  },
};

function tables(done: Folded, kept: Kept): readonly string[] {
  const [heads, ...rows] = spreadRows(done);
  const shown = rows.filter(([slice]) => slice?.startsWith("split:dev") !== true);
  return [
    "All folds together:\n",
    scoreTable(done.pooled),
    `Each fold by itself, mean (least–most): how much it depends on which ${kept} are left out.\n`,
    markdownTable([heads!, ...shown.map(([slice, ...rest]) => [sliceName(slice!), ...rest])]),
  ];
}

/** What the detector expects of itself. */
export const expected: Part = {
  name: "expected",
  async make({ labels: read, known, unseen: folds }) {
    const { forecasts } = await known();
    const rows = expectationRows(expectations(forecasts, await folds(), await read()));
    const text = [
      "## False alarms: expected and measured\n",
      `The detector counts, while it learns, what each honest session would have been worth were its kind of work new. From that alone it says how
many honest sessions on new work it would tell of, without a label and before any of them. "folds expected" is what each fold's learning says of the
tasks left out, "folds measured" what became of them. The line rises where more than ${String(100 * falseAlarmBudget)} % of all honest sessions would cross it; while the gate
is shut, too little is known and nothing is told.\n`,
      markdownTable(rows),
    ].join("\n");
    return { text };
  },
};
