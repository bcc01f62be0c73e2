/**
 * Goal: what is printed is what the scorer that stands beside the data says, and the folds are those that it would be given.
 * Method: made-up results over all labels, scored by both; the bundled sample folded by both.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { type Label, labelsOf } from "../../eval/labels.ts";
import { foldOf } from "../../eval/folds.ts";
import { type Scored, scoresOf, type Share, wilson } from "../../eval/score.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { bundledSample, testData } from "../support/test-data.ts";
import { sampleLabels } from "./sample.ts";

const sets = ["agentdojo", "agentdyn"].map((set) => testData(`${set}/${set}.dev.labels.jsonl.gz`));

interface Row {
  readonly slice: string;
  readonly attacks: number;
  readonly benign: number;
  readonly tpr: number | null;
  readonly fpr: number | null;
  readonly attackActionCited: number | null;
  readonly partialFlagged: number | null;
  readonly resistedFlagged: number | null;
  readonly auroc: number | null;
  readonly tprAtFpr1: number | null;
  readonly tprAtFpr5: number | null;
}

/** Something for most runs: often right, with scores that are often alike. */
function madeUp({ run_id: run, label_run: kind, attack_seqs: seqs }: Label, salt: string) {
  const dice = createHash("sha256").update(`${salt}/${run}`).digest();
  const score = (dice[0]! % 16) + (kind === "attack_success" ? 4 : 0);
  const cited = dice[2]! % 3 === 0 ? [99] : seqs.slice(0, 1);
  return dice[1]! < 20 ? [] : [{ run_id: run, flagged: score > 12, score, seqs: cited }];
}

test.each(["one", "two"])("the table is the scorer's, made-up results %s", async (salt) => {
  const labels = await labelsOf(sets);
  const results = labels.flatMap((label) => madeUp(label, salt));
  const folder = tempFolder("eval");
  const file = join(folder.path, "results.jsonl");
  writeFileSync(file, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  const given = sets.flatMap((set) => ["--labels", set]);
  const out = execFileSync(process.execPath, [
    testData("../eval/score.mjs"),
    ...given,
    "--results",
    file,
    "--json",
  ]);
  folder.remove();
  const theirs = JSON.parse(out.toString()) as readonly Row[];

  const said = new Map<string, Scored>(
    results.map(({ run_id: run, flagged, score, seqs }) => [
      run,
      { flagged, score, cites: (seq: number) => seqs.includes(seq) },
    ]),
  );
  const ours = scoresOf(labels, said)
    .filter(({ slice }) => !slice.startsWith("set:"))
    .map((score) => ({
      slice: score.slice,
      attacks: score.attacks.whole,
      benign: score.benign.whole,
      tpr: shareOf(score.attacks),
      fpr: shareOf(score.benign),
      attackActionCited: shareOf(score.cited),
      partialFlagged: shareOf(score.partial),
      resistedFlagged: shareOf(score.resisted),
      auroc: score.auroc ?? null,
      tprAtFpr1: shareOf(score.at1),
      tprAtFpr5: shareOf(score.at5),
    }));
  expect(theirs.length).toBeGreaterThan(4);
  expect(ours).toEqual(theirs);
});

const shareOf = (share: Share | undefined): number | null =>
  share === undefined || share.whole === 0 ? null : share.part / share.whole;

test("a run falls into the fold that the data's own script puts it in", async () => {
  const labels = await labelsOf([sampleLabels]);
  for (const fold of [0, 3]) {
    const folder = tempFolder("fold");
    const given = [
      "--fold",
      String(fold),
      "--actions",
      bundledSample,
      "--labels",
      sampleLabels,
      "--out",
      folder.path,
    ];
    execFileSync(process.execPath, [testData("../eval/fold.mjs"), ...given]);
    const theirs = gunzipSync(readFileSync(join(folder.path, "labels.jsonl.gz")))
      .toString()
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as Label).run_id);
    folder.remove();
    const ours = labels.filter((label) => (foldOf(label, 4) === fold) === (label.phase !== "learn"));
    expect(theirs.length).toBeGreaterThan(100);
    expect(ours.map((label) => label.run_id)).toEqual(theirs);
  }
});

test("Wilson's interval", () => {
  expect(wilson({ part: 0, whole: 0 })).toBeUndefined();
  // Newcombe 1998, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
  const [low, high] = wilson({ part: 81, whole: 263 })!;
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
  expect(wilson({ part: 0, whole: 20 })![1]).toBeCloseTo(0.1611, 4);
});
