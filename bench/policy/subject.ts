/** One engine in a process of its own, so that its memory is its own: `subject.js ENGINE RULES` says what it measured. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Percentiles, timed } from "../percentiles.ts";
import { type Engine, matcher, questionsOf } from "./rules.ts";

export interface Measured extends Percentiles {
  readonly loadMs: number;
  readonly residentBytes: number;
  /** Each question's answer, 1 or 0. */
  readonly answers: string;
}

/** An engine is loaded with its library: who has it in his process pays for both. */
const engines: Readonly<Record<string, (rules: number) => Promise<Engine>>> = {
  matcher: async (rules) => matcher(rules),
  cedar: async (rules) => (await import("./cedar.ts")).cedar(rules),
  cel: async (rules) => (await import("./cel.ts")).cel(rules),
};

const [name = "", count = "100"] = process.argv.slice(2);
const rules = Number(count);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const resident = (): number => {
  collect();
  return process.memoryUsage.rss();
};
const questions = questionsOf(rules);
const before = resident();
const startedAt = performance.now();
const engine = await engines[name]!(rules);
const loadMs = performance.now() - startedAt;
const residentBytes = resident() - before;
const answers = questions.map((one) => Number(engine(one))).join("");
// Slow ones are asked less often; the questions come round at least once.
const warmUp = performance.now();
for (const one of questions) engine(one);
const eachMs = (performance.now() - warmUp) / questions.length;
const calls = Math.max(questions.length, Math.min(100_000, Math.floor(4000 / eachMs)));
const took = timed(calls, (nth) => engine(questions[nth % questions.length]!));
process.stdout.write(JSON.stringify({ ...took, loadMs, residentBytes, answers } satisfies Measured));
