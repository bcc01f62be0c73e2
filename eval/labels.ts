import { basename } from "node:path";
import { z } from "zod";
import { linesOf } from "../detector/replay/lines.ts";

/** What a run was; for scoring only. */
const Label = z.object({
  run_id: z.string().min(1),
  suite: z.string(),
  model: z.string().default(""),
  user_task: z.string().default(""),
  injection_task: z.string().nullish(),
  attack: z.string().nullish(),
  label_run: z.string(),
  split: z.string().default(""),
  phase: z.string(),
  task_held: z.boolean().default(false),
  attack_seqs: z.array(z.number()).default([]),
});
export type Label = Readonly<z.infer<typeof Label>> & {
  /** Which file of several it stands in, "" of one alone. */
  readonly set: string;
};

/** @throws Error with a sentence that names file and line. */
export async function labelsOf(files: readonly string[]): Promise<readonly Label[]> {
  const labels: Label[] = [];
  for (const file of files)
    for await (const { number, text } of linesOf(file)) {
      if (text === "") continue;
      labels.push({
        ...labelOf(text, `${file}:${String(number)}`),
        set: files.length > 1 ? setOf(file) : "",
      });
    }
  return labels;
}

/** What the name of a file says of what is in it. */
const setOf = (file: string): string =>
  basename(file)
    .replace(/\.gz$/u, "")
    .replace(/\.jsonl?$/u, "")
    .replace(/\.labels$/u, "");

function labelOf(text: string | undefined, where: string): z.infer<typeof Label> {
  let json: unknown;
  try {
    json = JSON.parse(text ?? "");
  } catch {
    throw new Error(`${where} is not JSON`);
  }
  const parsed = Label.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${where} is no label of a run: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
