import { testData } from "../../test/support/test-data.ts";
import { gather } from "../gather.ts";
import { optionsOf } from "../options.ts";
import { judged, rowsOf } from "../rows.ts";
import { techniqueRows, techniquesOf, type TechniqueScore } from "../techniques.ts";
import { cellOf, markdownTable } from "./markdown.ts";
import type { Part } from "./part.ts";

const accounts = ["invictus_aws", "otrf_ec2_proxy_s3", "stratus_docs"];

/** Cloud accounts under scripted attack techniques. */
export const cloud: Part = {
  name: "cloud",
  async make({ around }) {
    const [row] = rowsOf(undefined);
    const parts: string[] = [
      "## CloudTrail\n",
      `Accounts that others attacked by script, from the first event on: ${row.name}. Honest events are grouped into episodes, which is what people see.\n`,
    ];
    const scores: [string, TechniqueScore][] = [];
    for (const account of accounts) {
      const read = optionsOf(["--actions", testData(`cloudtrail/${account}.actions.jsonl.gz`)]);
      if (typeof read === "number") throw new Error("the options of the report can't be read");
      const log = await gather("actions", read, false, around);
      const outcome = await judged(log, { learning: row.learning, off: [], text: account }, around);
      const score = techniquesOf(outcome);
      if (score === undefined) continue;
      scores.push([account, score]);
      parts.push(`### ${account}\n`, markdownTable(techniqueRows(score)), ...besides(score));
    }
    const figures = scores.map(([account, { executions, honestEpisodes }]) => [
      account,
      { executions, honestEpisodes },
    ]);
    return { text: parts.join("\n"), cloud: Object.fromEntries(figures) };
  },
};

function besides({ episodes, missed, honestRules }: TechniqueScore): readonly string[] {
  return [
    `Episodes: ${String(episodes)}. ${missed.length === 0 ? "No execution is missed." : `Missed: ${missed.map((run) => cellOf(run)).join(", ")}.`}\n`,
    ...(honestRules.length === 0
      ? []
      : [
          `Honest events cited by ${honestRules.map(([rule, events]) => `${rule} (${String(events)})`).join(", ")}.\n`,
        ]),
  ];
}
