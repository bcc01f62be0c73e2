import { readFileSync } from "node:fs";
import { LineageBook, type Assessment } from "../instrumentation/lineage/index.ts";
import { ToolTable } from "../instrumentation/play/tool-table.ts";
import {
  callsByRun,
  jsonLines,
  knownOrigins,
  play,
  type Conversation,
  type RecordedCall,
  type RunLabel,
} from "../test/support/conversations.ts";
import { testData } from "../test/support/test-data.ts";

/** How well lineage does on recorded agents: agreement with the known origins, and each signal alone. */

const sets = ["agentdojo", "agentdyn"];
interface Tally {
  calls: number;
  readonly carried: Map<string, number>;
}

/** Each signal as one question about an assessed call. */
const signals: Readonly<Record<string, (one: Assessment, resources: ReadonlySet<string>) => boolean>> = {
  "instructed, any argument": ({ args }) => args.some(({ instructed }) => instructed),
  "instructed, a resource": ({ args }, resources) =>
    args.some(({ name, instructed }) => instructed && resources.has(name)),
  "copiedShare > 0.5": ({ copiedShare }) => copiedShare > 0.5,
  "copiedShare > 0": ({ copiedShare }) => copiedShare > 0,
  "promptedShare > 0.5": ({ promptedShare }) => promptedShare > 0.5,
  "not asked": ({ asked }) => !asked,
};

for (const set of process.argv.length > 2 ? process.argv.slice(2) : sets) report(set);

function report(set: string): void {
  const file = (part: string): string => testData(`${set}/${set}.dev.${part}.jsonl.gz`);
  const labels = new Map(jsonLines<RunLabel>(file("labels")).map((label) => [label.run_id, label]));
  const calls = callsByRun(jsonLines<RecordedCall>(file("actions")));
  const book = new LineageBook();
  const tools = ToolTable.parse(JSON.parse(readFileSync(testData(`${set}/tools.json`), "utf8")));
  const resources = new Set(tools.argument_types.map(([name]) => name));
  const confusion = new Map<string, number>();
  const tallies = new Map<string, Tally>();
  let compared = 0;
  for (const conversation of jsonLines<Conversation>(file("conversations"))) {
    const { run_id: run } = conversation;
    const session = book.session(run);
    const label = labels.get(run);
    play(conversation, calls.get(run) ?? [], session, (call, args) => {
      for (const { value, origin } of knownOrigins(call)) {
        compared += 1;
        count(
          confusion,
          `${classOf(origin)} → ${classOf(session.originOf(value))}`,
          origin,
          session.originOf(value),
        );
      }
      const assessment = session.assess(call.operation, args);
      for (const group of groupsOf(label, call))
        for (const scope of call.mutating === true ? ["all", "mutating"] : ["all"])
          tally(tallies, `${scope}: ${group}`, assessment, resources);
    });
    book.forget(run);
  }
  print(set, compared, confusion, tallies);
}

/** An honest call of an attacked run has seen the attack: it is neither attacking nor simply honest. */
function groupsOf(label: RunLabel | undefined, call: RecordedCall): readonly string[] {
  if (label === undefined) return [];
  if (label.label_run === "benign") return ["honest"];
  return label.attack_seqs.includes(call.seq)
    ? ["attacking", `attacking, template ${label.attack ?? "unknown"}`]
    : ["other calls of attacked runs"];
}

function classOf(origin: string): string {
  return origin.startsWith("tool:") ? "tool" : origin;
}

function count(confusion: Map<string, number>, kind: string, truth: string, found: string): void {
  const name =
    truth === found ? `${classOf(truth)} agreed` : kind === "tool → tool" ? "tool → another tool" : kind;
  confusion.set(name, (confusion.get(name) ?? 0) + 1);
}

function tally(
  tallies: Map<string, Tally>,
  name: string,
  assessment: Assessment,
  resources: ReadonlySet<string>,
): void {
  const one = tallies.get(name) ?? { calls: 0, carried: new Map<string, number>() };
  tallies.set(name, one);
  one.calls += 1;
  for (const [signal, carries] of Object.entries(signals))
    if (carries(assessment, resources)) one.carried.set(signal, (one.carried.get(signal) ?? 0) + 1);
}

function print(
  set: string,
  compared: number,
  confusion: ReadonlyMap<string, number>,
  tallies: ReadonlyMap<string, Tally>,
): void {
  const agreed = [...confusion].reduce((sum, [kind, n]) => (kind.endsWith(" agreed") ? sum + n : sum), 0);
  const lines = [`${set}: origins agree for ${agreed} of ${compared}, ${percent(agreed, compared)}`];
  for (const origin of ["prompt", "system", "tool", "none"]) {
    const of = [...confusion].filter(([kind]) => kind.startsWith(`${origin} `));
    const all = of.reduce((sum, [, n]) => sum + n, 0);
    const right = confusion.get(`${origin} agreed`) ?? 0;
    const wrong = of.filter(([kind]) => !kind.endsWith(" agreed")).map(([kind, n]) => `${kind}: ${n}`);
    lines.push(`  ${origin}: ${right} of ${all}, ${percent(right, all)}  ${wrong.join("; ")}`);
  }
  for (const [name, { calls, carried }] of [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`  ${name} (${calls} calls)`);
    for (const signal of Object.keys(signals))
      lines.push(`    ${signal.padEnd(28)}${percent(carried.get(signal) ?? 0, calls)}`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
