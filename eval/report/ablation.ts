import { ablated, ablatedRows } from "../ablate.ts";
import { markdownTable } from "./markdown.ts";
import type { Part } from "./part.ts";
import { sliceName } from "./slices.ts";

/** What each detector brings. */
export const ablation: Part = {
  name: "ablation",
  async make({ labels, known, log, rows, around }) {
    const { outcome } = await known();
    const all = await ablated(await log(), await labels(), { base: outcome, row: rows[0] }, around);
    const text = [
      "## What each detector brings, tasks known\n",
      "Each detector switched off, then each alone; of those that noticed anything.\n",
      markdownTable(ablatedRows(all, sliceName)),
    ].join("\n");
    return { text };
  },
};
