import type { Around } from "./around.ts";
import { gather } from "./gather.ts";
import type { Label } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import type { EvalOptions } from "./options.ts";

/** The same runs as one kind of library would have told of them. */
export interface Way {
  /** "" where there is one alone. */
  readonly name: string;
  /** What it adds to the name of a file. */
  readonly suffix: string;
  readonly log: RecordedLog;
}

/** One way for actions or conversations alone; of both three, from what any library tells to what ours does. */
export async function waysOf(options: EvalOptions, around: Around): Promise<readonly Way[]> {
  const { actions, conversations, withoutLineage } = options;
  if (actions.length > 0 && conversations.length > 0)
    return [
      { name: "lineage absent", suffix: ".no-lineage", log: await gather("actions", options, true, around) },
      { name: "lineage", suffix: "", log: await gather("actions", options, false, around) },
      {
        name: "lineage and in-process signals",
        suffix: ".in-process",
        log: await gather("conversations", options, false, around),
      },
    ];
  const source = actions.length > 0 ? "actions" : "conversations";
  const log = await gather(source, options, withoutLineage, around);
  return [{ name: withoutLineage ? "lineage absent" : "", suffix: "", log }];
}

/**
 * The labels whose runs are there in every way; tells how many are not.
 *
 * @throws Error with a sentence when none are.
 */
export function labelled(labels: readonly Label[], ways: readonly Way[], { tell }: Around): readonly Label[] {
  if (labels.length === 0) return labels;
  let kept = labels;
  for (const { log } of ways) {
    // Of OTLP the spans themselves say which run they are of.
    if (log.recorded.includes(undefined)) continue;
    const runs = new Set(log.recorded.flatMap((recorded) => (recorded ?? []).map(({ run }) => run)));
    kept = kept.filter((label) => runs.has(label.run_id));
  }
  if (kept.length === 0) throw new Error("no run of the labels is in the files; do they belong together?");
  const missing = labels.length - kept.length;
  // Of one way a run without actions counts as not flagged, as whoever scores results has it.
  if (missing > 0) tell(`${String(missing)} labelled runs have no actions in the files`);
  return ways.length === 1 ? labels : kept;
}
