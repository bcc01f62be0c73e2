import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";

/**
 * Makes the demo's sample out of the converted AgentDojo runs, the same bytes each time:
 * `node dist/scripts/make-demo-sample.js <folder of agentdojo.dev.*.jsonl.gz> deploy/demo/agentdojo.sample.jsonl.gz`
 */

/** Runs taken of each identity: honest ones to learn from, then honest and hijacked ones to be told apart. */
const take = { learn: 150, honest: 25, hijacked: 25 };

const Label = z.object({
  run_id: z.string(),
  identity: z.string(),
  phase: z.string(),
  label_run: z.string(),
});
type Label = z.infer<typeof Label>;
const Line = z.looseObject({ run_id: z.string(), identity: z.string(), ts: z.string(), seq: z.number() });
type Line = z.infer<typeof Line>;

const [folder, target] = process.argv.slice(2);
if (folder === undefined || target === undefined)
  throw new Error("usage: make-demo-sample <folder> <target.jsonl.gz>");
const lines = read(join(folder, "agentdojo.dev.actions.jsonl.gz"), Line);
const labels = read(join(folder, "agentdojo.dev.labels.jsonl.gz"), Label);
const runs = pick(labels, startsOf(lines));
const sample = lines.filter((line) => runs.has(line.run_id)).toSorted(byTime);
writeFileSync(target, gzipSync(sample.map(withoutArgs).join(""), { level: 9 }));
process.stdout.write(summary(sample));

function read<T>(file: string, schema: z.ZodType<T>): T[] {
  const text = gunzipSync(readFileSync(file)).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => schema.parse(JSON.parse(line)));
}

function startsOf(all: readonly Line[]): Map<string, string> {
  const starts = new Map<string, string>();
  for (const { run_id, ts } of all) if (ts < (starts.get(run_id) ?? "~")) starts.set(run_id, ts);
  return starts;
}

function pick(all: readonly Label[], starts: ReadonlyMap<string, string>): Set<string> {
  const startOf = (one: Label): string => `${starts.get(one.run_id) ?? ""} ${one.run_id}`;
  const inOrder = all.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
  const identities = [...new Set(all.map((one) => one.identity))];
  const chosen = identities.flatMap((identity) => {
    const own = inOrder.filter((one) => one.identity === identity);
    const phase = (name: string): Label[] => own.filter((one) => one.phase === name);
    const scored = (label: string): Label[] => phase("score").filter((one) => one.label_run === label);
    return [
      spread(phase("learn"), take.learn),
      spread(scored("benign"), take.honest),
      spread(scored("attack_success"), take.hijacked),
    ].flat();
  });
  return new Set(chosen.map((one) => one.run_id));
}

/** `count` of the items at even distances, so that a sample of runs covers all their days. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return items.filter(
    (_, at) => Math.floor((at * count) / items.length) !== Math.floor(((at - 1) * count) / items.length),
  );
}

function byTime(a: Line, b: Line): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1;
  return a.run_id === b.run_id ? a.seq - b.seq : Number(a.run_id > b.run_id) - Number(a.run_id < b.run_id);
}

function withoutArgs({ args: _args, ...line }: Line): string {
  return `${JSON.stringify(line)}\n`;
}

function summary(all: readonly Line[]): string {
  return [...new Set(all.map((line) => line.identity))]
    .map((identity) => {
      const own = all.filter((line) => line.identity === identity);
      const days = new Set(own.map((line) => line.ts.slice(0, 10)));
      const sessions = new Set(own.map((line) => line.run_id));
      return `${identity}: ${own.length} actions, ${sessions.size} runs, ${days.size} days\n`;
    })
    .join("");
}
