import { writeFileSync } from "node:fs";
import { progressOn } from "../detector/cli/progress.ts";
import { systemClock } from "../detector/clock.ts";
import { Config } from "../detector/config/config.ts";
import type { Learning } from "../detector/learn/learning.ts";
import { gather, type Source } from "./gather.ts";
import { type Label, labelsOf } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import { type EvalOptions, optionsOf } from "./options.ts";
import { Outcome, resultLines } from "./outcome.ts";
import { pass } from "./pass.ts";
import { type Scored, scoresOf } from "./score.ts";
import { scoreHeads, scoreRow, table } from "./table.ts";

/** `npm run eval`: recorded runs through the detectors as shipped. */

const stop = new AbortController();
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(text);

/** A row of the evaluation: what is learned when. */
interface Row {
  readonly name: string;
  readonly learning: Learning;
}

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === "number") return options;
  const labels = await labelsOf(options.labels);
  const config = Config.parse({});
  const progress = progressOn(process.stderr, systemClock);
  const sources: readonly Source[] = (["actions", "conversations"] as const).filter(
    (source) => options[source].length > 0,
  );
  for (const source of sources) {
    const { signal } = stop;
    const { withoutLineage } = options;
    const log = await gather(source, options, { config, progress, tell, signal, withoutLineage });
    await evaluate(log, labels, options, config);
  }
  progress.stop();
  return 0;
}

async function evaluate(
  log: RecordedLog,
  labels: readonly Label[],
  options: EvalOptions,
  config: Config,
): Promise<void> {
  for (const [nth, { name, learning }] of rowsOf(options).entries()) {
    const startedMs = systemClock.elapsedMs();
    const outcome = new Outcome(log);
    await pass(log, outcome, { config, learning, off: options.off, signal: stop.signal });
    const seconds = (systemClock.elapsedMs() - startedMs) / 1000;
    tell(
      `${name}: ${String(outcome.actions)} actions, ${String(outcome.findings.length)} findings in ${seconds.toFixed(1)} s`,
    );
    if (options.out !== undefined) {
      const file = nth === 0 ? options.out : `${options.out.replace(/\.jsonl$/u, "")}.live.jsonl`;
      writeFileSync(file, [...resultLines(outcome, options.learnUntilMs ?? 0)].join(""));
    }
    if (labels.length === 0) continue;
    print(`\n${name}\n`);
    print(table([scoreHeads, ...scoresOf(labels, saidOf(outcome)).map((score) => scoreRow(score))]));
  }
}

function rowsOf({ learnUntilMs }: EvalOptions): readonly Row[] {
  const forever = Number.POSITIVE_INFINITY;
  if (learnUntilMs === undefined) {
    tell("without --learn-until nothing is accepted, and learning goes on");
    return [{ name: "learning goes on", learning: { acceptedUntilUs: 0, frozenFromUs: forever } }];
  }
  const acceptedUntilUs = learnUntilMs * 1000;
  return [
    { name: "learning ends", learning: { acceptedUntilUs, frozenFromUs: acceptedUntilUs } },
    { name: "learning goes on", learning: { acceptedUntilUs, frozenFromUs: forever } },
  ];
}

function saidOf({ runs }: Outcome): ReadonlyMap<string, Scored> {
  return new Map(
    [...runs].map(([run, { flagged, score, seqs }]) => [
      run,
      { flagged, score, cites: (seq: number) => seqs.has(seq) },
    ]),
  );
}

process.on("SIGINT", () => stop.abort(new Error("stopped")));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
