import { writeFileSync } from "node:fs";
import { progressOn } from "../detector/cli/progress.ts";
import { systemClock } from "../detector/clock.ts";
import { Config } from "../detector/config/config.ts";
import { ablated, ablatedText } from "./ablate.ts";
import type { Around } from "./around.ts";
import { CharacterWatch } from "./character.ts";
import { folded, foldedText } from "./folds.ts";
import { expectations, expectationsText, forecastsText } from "./forecasts.ts";
import { type Label, labelsOf } from "./labels.ts";
import { type EvalOptions, optionsOf } from "./options.ts";
import { type Outcome, resultLines, saidOf } from "./outcome.ts";
import { judged, type Row, rowsOf } from "./rows.ts";
import { scoresOf } from "./score.ts";
import { Story } from "./story.ts";
import { scoreHeads, scoreRow, table } from "./table.ts";
import { techniquesOf, techniquesText } from "./techniques.ts";
import { labelled, type Way, waysOf } from "./ways.ts";

/** `npm run eval`: recorded runs through the detectors as shipped. */

const stop = new AbortController();

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === "number") return options;
  const around: Around = {
    config: Config.parse({}),
    signal: stop.signal,
    progress: progressOn(process.stderr, systemClock),
    tell: (line) => void process.stderr.write(`${line}\n`),
    print: (text) => void process.stdout.write(text),
    elapsedMs: () => systemClock.elapsedMs(),
  };
  const all = await labelsOf(options.labels);
  const rows = rowsOf(options.learnUntilMs);
  if (options.learnUntilMs === undefined)
    around.tell("without --learn-until nothing is accepted, and learning goes on");
  const ways = await waysOf(options, around);
  const labels = labelled(all, ways, around);
  for (const way of ways) await evaluate(way, labels, rows, options, around);
  return 0;
}

async function evaluate(
  way: Way,
  labels: readonly Label[],
  rows: readonly [Row, ...Row[]],
  options: EvalOptions,
  around: Around,
): Promise<void> {
  const { print } = around;
  const story = options.explain === undefined ? undefined : new Story(way.log, options.explain);
  const watch = new CharacterWatch({ thoughts: false });
  for (const row of rows) {
    const { learning } = row;
    const { off } = options;
    const isFirst = row === rows[0];
    const text = [way.name, row.name].filter(Boolean).join(", ");
    const audience = isFirst && story !== undefined ? { audience: story } : {};
    const looked = isFirst ? { watch } : {};
    const outcome = await judged(way.log, { learning, off, text, ...audience, ...looked }, around);
    if (options.out !== undefined)
      write(fileOf(options.out, way.suffix + row.suffix), outcome, options.learnUntilMs);
    print(`\n${text}\n${resultsText(outcome, labels)}`);
    if (!isFirst) continue;
    print(`\n${forecastsText(watch.forecasts())}`);
    if (options.ablate)
      print(`\n${text}\n${ablatedText(await ablated(way.log, labels, { base: outcome, row }, around))}`);
  }
  if (story !== undefined && options.explain !== undefined) {
    if (story.isEmpty) throw new Error(`there is no run ${options.explain} in the files`);
    print(`\n${story.text(labels.find((label) => label.run_id === options.explain))}`);
  }
  const { folds, off } = options;
  if (folds === undefined) return;
  const done = await folded(way.log, labels, { folds, kept: "tasks", row: rows[0], off }, around);
  const expected = expectationsText(expectations(watch.forecasts(), done, labels));
  print(`\n${[way.name, foldedText(done), expected].filter(Boolean).join("\n")}`);
}

/** The tables that labels, or the files themselves, allow; else how much was said. */
function resultsText(outcome: Outcome, labels: readonly Label[]): string {
  const techniques = techniquesOf(outcome);
  const parts = [
    ...(labels.length === 0
      ? []
      : [table([scoreHeads, ...scoresOf(labels, saidOf(outcome)).map((score) => scoreRow(score))])]),
    ...(techniques === undefined ? [] : [techniquesText(techniques)]),
  ];
  if (parts.length > 0) return parts.join("\n");
  const flagged = [...outcome.runs.values()].filter((run) => run.flagged).length;
  return `${String(outcome.runs.size)} runs, ${String(flagged)} flagged\n`;
}

function fileOf(out: string, suffix: string): string {
  return suffix === "" ? out : `${out.replace(/\.jsonl$/u, "")}${suffix}.jsonl`;
}

function write(file: string, outcome: Outcome, fromMs = 0): void {
  writeFileSync(file, [...resultLines(outcome, fromMs)].join(""));
}

process.once("SIGINT", () => stop.abort(new Error("stopped")));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
