import { saidOf } from "../outcome.ts";
import { judged } from "../rows.ts";
import { scoresOf } from "../score.ts";
import type { Part } from "./part.ts";
import { curvesOf, figuresOf, scoreTable } from "./slices.ts";

export const known: Part = {
  name: "known",
  async make({ labels: read, known: first, rows, log, around }, picture) {
    const labels = await read();
    const { said } = await first();
    const scores = scoresOf(labels, said);
    const goesOn: string[] = [];
    for (const { learning, name } of rows.slice(1)) {
      const outcome = await judged(await log(), { learning, off: [], text: `tasks known, ${name}` }, around);
      goesOn.push(
        `### ${name[0]!.toUpperCase()}${name.slice(1)}\n`,
        scoreTable(scoresOf(labels, saidOf(outcome))),
      );
    }
    const text = [
      "## Tasks known\n",
      "The identity did these tasks before, honestly. What came then is accepted, and afterwards nothing is learned.\n",
      scoreTable(scores),
      picture("known", "Tasks known", curvesOf(labels, said, scores)),
      ...goesOn,
    ].join("\n");
    return { text, slices: { known: figuresOf(scores) } };
  },
};
