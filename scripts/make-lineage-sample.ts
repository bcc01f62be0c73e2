import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";

/**
 * Makes the sample of conversations that the tests of lineage play, the same bytes each time:
 * `node dist/scripts/make-lineage-sample.js <folder of agentdojo.dev.*.jsonl.gz> <target.jsonl.gz>`
 */

/** Runs taken of each identity, by what they are. */
const take = { learn: 6, benign: 3, attack_success: 5, attack_resisted: 3 };
/** Longer conversations would be most of the sample. */
const charsMax = 20_000;

const Run = z.looseObject({ run_id: z.string(), identity: z.string() });
type Run = z.infer<typeof Run>;
const Label = z.object({
  run_id: z.string(),
  identity: z.string(),
  phase: z.string(),
  label_run: z.string(),
  attack_seqs: z.array(z.number()),
});
type Label = z.infer<typeof Label>;
const Action = z.looseObject({ run_id: z.string(), kind: z.string(), seq: z.number() });

const [folder, target] = process.argv.slice(2);
if (folder === undefined || target === undefined)
  throw new Error("usage: make-lineage-sample <folder> <target.jsonl.gz>");
const conversations = read("conversations", Run).filter((run) => JSON.stringify(run).length <= charsMax);
const labels = new Map(read("labels", Label).map((label) => [label.run_id, label]));
const actions = new Map<string, z.infer<typeof Action>[]>();
for (const action of read("actions", Action))
  actions.set(action.run_id, [...(actions.get(action.run_id) ?? []), action]);
const lines = Object.entries(take).flatMap(([what, count]) => pick(what, count).map(lineOf));
writeFileSync(target, gzipSync(lines.join(""), { level: 9 }));
process.stdout.write(`${lines.length} runs\n`);

function pick(what: string, count: number): readonly Run[] {
  const fits = (label: Label | undefined): boolean =>
    label !== undefined && (label.phase === "learn" ? "learn" : label.label_run) === what;
  const fitting = conversations.filter((run) => fits(labels.get(run.run_id)));
  const inOrder = fitting.toSorted((a, b) => (a.run_id < b.run_id ? -1 : 1));
  const identities = [...new Set(inOrder.map(({ identity }) => identity))];
  return identities.flatMap((id) => inOrder.filter(({ identity }) => identity === id).slice(0, count));
}

/** One run a line: its messages, its calls with their known origins, and which of them are attacks. */
function lineOf({ run_id, messages }: Run): string {
  const calls = (actions.get(run_id) ?? [])
    .filter(({ kind }) => kind !== "model_call")
    .map(({ args: _args, args_digest: _digest, session: _session, ts: _ts, ...call }) => call);
  const { label_run, phase, attack_seqs } = labels.get(run_id)!;
  return `${JSON.stringify({ run_id, label_run, phase, attack_seqs, messages, calls })}\n`;
}

function read<T>(part: string, schema: z.ZodType<T>): T[] {
  const file = join(folder ?? "", `agentdojo.dev.${part}.jsonl.gz`);
  const text = gunzipSync(readFileSync(file)).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => schema.parse(JSON.parse(line)));
}
