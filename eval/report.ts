import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { progressOn } from "../detector/cli/progress.ts";
import { systemClock } from "../detector/clock.ts";
import { Config } from "../detector/config/config.ts";
import { testData } from "../test/support/test-data.ts";
import type { Around } from "./around.ts";
import { optionsOf } from "./options.ts";
import { ablation } from "./report/ablation.ts";
import { cloud } from "./report/cloud.ts";
import { documentOf, partOf } from "./report/document.ts";
import { type Figures, figuresIn, figuresText } from "./report/figures.ts";
import { frame, reportOptionsOf } from "./report/frame.ts";
import { known } from "./report/known.ts";
import { measuresOf } from "./report/measures.ts";
import type { Part } from "./report/part.ts";
import { summary } from "./report/summary.ts";
import { threeWays } from "./report/three-ways.ts";
import { expected, models, unseen } from "./report/unseen.ts";
import { wrong } from "./report/wrong.ts";
import { curvesSvg } from "./svg.ts";

/** `npm run eval:report`: measures what was recorded, and writes eval/REPORT.md with its pictures beside it. */

const all: readonly Part[] = [known, unseen, expected, models, threeWays, wrong, ablation, cloud];
const sets = ["agentdojo", "agentdyn"];
const learnUntil = "2026-02-02T00:00:00Z";
const stop = new AbortController();

async function main(args: readonly string[]): Promise<number> {
  const asked = reportOptionsOf(
    args,
    all.map(({ name }) => name),
  );
  if (typeof asked === "number") return asked;
  const { only, folder } = asked;
  mkdirSync(join(folder, "curves"), { recursive: true });
  const around: Around = {
    config: Config.parse({}),
    signal: stop.signal,
    progress: progressOn(process.stderr, systemClock),
    tell: (line) => void process.stderr.write(`${line}\n`),
    print: (text) => void process.stdout.write(text),
    elapsedMs: () => systemClock.elapsedMs(),
  };
  const measures = measuresOf(measured(), around);
  const startedMs = around.elapsedMs();
  for (const part of all.filter(({ name }) => only.includes(name))) {
    const made = await part.make(measures, (name, title, curves) => {
      writeFileSync(join(folder, "curves", `${name}.svg`), curvesSvg(title, curves));
      return `![${title}](curves/${name}.svg)\n`;
    });
    // Written at once, so that what was measured is kept if what follows fails.
    write(folder, part.name, made.text, { slices: made.slices ?? {}, cloud: made.cloud ?? {} });
    around.tell(`${part.name}: written after ${((around.elapsedMs() - startedMs) / 1000).toFixed(0)} s`);
  }
  around.print(`${join(folder, "REPORT.md")}\n`);
  return 0;
}

/** Puts a part in its place; the others stay as they are. */
function write(folder: string, name: string, text: string, { slices, cloud: accounts }: Figures): void {
  const file = join(folder, "REPORT.md");
  const figuresFile = join(folder, "curves", "figures.json");
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const was = figuresIn(figuresFile);
  const figures = { slices: { ...was.slices, ...slices }, cloud: { ...was.cloud, ...accounts } };
  writeFileSync(figuresFile, figuresText(figures));
  const { head, tail } = frame(learnUntil, readFileSync(testData("ATTRIBUTION.md"), "utf8"));
  const parts = all.map(
    (part) => [part.name, part.name === name ? text : partOf(before, part.name)] as const,
  );
  writeFileSync(file, [head, summary(figures), documentOf(parts), tail].join("\n"));
}

function measured() {
  const file = (part: string): string[] => sets.map((set) => testData(`${set}/${set}.dev.${part}.jsonl.gz`));
  const read = optionsOf([
    "--actions",
    ...file("actions"),
    "--conversations",
    ...file("conversations"),
    "--tools",
    ...sets.map((set) => testData(`${set}/tools.json`)),
    "--labels",
    ...file("labels"),
    "--learn-until",
    learnUntil,
  ]);
  if (typeof read === "number") throw new Error("the options of the report can't be read");
  return read;
}

process.once("SIGINT", () => stop.abort(new Error("stopped")));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
