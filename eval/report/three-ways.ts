import { folded } from "../folds.ts";
import { gather } from "../gather.ts";
import type { Label } from "../labels.ts";
import type { RecordedLog } from "../log.ts";
import { saidOf } from "../outcome.ts";
import { judged } from "../rows.ts";
import { type Scored, scoresOf } from "../score.ts";
import type { Measures } from "./measures.ts";
import type { Made, Part } from "./part.ts";
import { curvesOf, figuresOf, scoreTable } from "./slices.ts";

interface Said {
  readonly known: ReadonlyMap<string, Scored>;
  readonly unseen: ReadonlyMap<string, Scored>;
}

/** Agents as other libraries trace them, as one that follows values does, and as ours does in the process. */
const ways = [
  { name: "lineage absent", key: "no-lineage", of: passed("actions", true) },
  {
    name: "lineage",
    key: "lineage",
    of: async ({ known, unseen }: Measures, _labels: readonly Label[]): Promise<Said> => ({
      known: (await known()).said,
      unseen: (await unseen()).said,
    }),
  },
  { name: "lineage and in-process signals", key: "in-process", of: passed("conversations", false) },
] as const;

/** The same runs as three kinds of library tell of them. */
export const threeWays: Part = {
  name: "ways",
  async make(measures, picture): Promise<Made> {
    const labels = await measures.labels();
    const texts: string[] = [
      "## Three ways to be told\n",
      `The same runs: as libraries tell of them that follow no values; with lineage, which says where a value came from; and with what only an SDK in the
process can tell of the words around it, the recorded conversations played through ours.\n`,
    ];
    const slices: Record<string, ReturnType<typeof figuresOf>> = {};
    for (const { name, key, of } of ways) {
      const said = await of(measures, labels);
      const [known, unseen] = [scoresOf(labels, said.known), scoresOf(labels, said.unseen)];
      slices[key] = figuresOf(known);
      texts.push(
        `### ${name[0]!.toUpperCase()}${name.slice(1)}\n`,
        "Tasks known:\n",
        scoreTable(known),
        "Tasks never seen, all folds together:\n",
        scoreTable(unseen),
        ...(key === "lineage"
          ? []
          : [picture(key, `${name}, tasks known`, curvesOf(labels, said.known, known))]),
      );
    }
    return { text: texts.join("\n"), slices };
  },
};

function passed(source: "actions" | "conversations", withoutLineage: boolean) {
  return async (
    { options, around, rows: [row], folds }: Measures,
    labels: readonly Label[],
  ): Promise<Said> => {
    const log: RecordedLog = await gather(source, options, withoutLineage, around);
    const text = source === "conversations" ? "in-process signals" : "lineage absent";
    const outcome = await judged(log, { learning: row.learning, off: [], text }, around);
    const unseen = await folded(log, labels, { folds, kept: "tasks", row, off: [] }, around);
    return { known: saidOf(outcome), unseen: unseen.said };
  };
}
