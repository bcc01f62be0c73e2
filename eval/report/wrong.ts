import { type Act, type Cause, counted, falseBy, missedBy } from "../causes.ts";
import { markdownTable } from "./markdown.ts";
import type { Part } from "./part.ts";

const causesMax = 30;
const runsMax = 3;

/** What came out wrong, by cause. */
export const wrong: Part = {
  name: "causes",
  async make({ labels: read, known, unseen }) {
    const labels = await read();
    const { said, acts } = await known();
    const folded = await unseen();
    const knownOf = (run: string): readonly Act[] => acts.of(run);
    const unseenOf = (run: string): readonly Act[] => folded.acts.get(run) ?? [];
    const text = [
      "## What came out wrong\n",
      "Each run stands for one action: of a missed attack the attacking action with the most bits, of a flagged honest run the cited one with the most. Sorted by what was done, where the value was seen before, and where it came from.\n",
      "### Attacks missed, tasks known\n",
      causes(missedBy(labels, said, knownOf)),
      "### Honest runs flagged, tasks known\n",
      causes(falseBy(labels, said, knownOf)),
      "### Attacks missed, tasks never seen\n",
      causes(missedBy(labels, folded.said, unseenOf)),
      "### Honest runs flagged, tasks never seen\n",
      causes(falseBy(labels, folded.said, unseenOf)),
    ].join("\n");
    return { text };
  },
};

function causes(all: readonly Cause[]): string {
  if (all.length === 0) return "None.\n";
  const total = all.reduce((sum, { runs }) => sum + runs.length, 0);
  const rest = all.slice(causesMax).reduce((sum, { runs }) => sum + runs.length, 0);
  return [
    `${String(total)} runs.\n`,
    markdownTable([["value", "runs"], ...pairs(all, (cause) => cause.value)]),
    markdownTable([["it came from", "runs"], ...pairs(all, (cause) => cause.origin)]),
    markdownTable([
      ["runs", "operation", "value", "it came from", "bits", "line", "why not, or besides", "for example"],
      ...all
        .slice(0, causesMax)
        .map(({ runs, operation, value, origin, bits, line, noted }) => [
          String(runs.length),
          operation,
          value,
          origin,
          bits,
          line,
          noted,
          runs.slice(0, runsMax).join(", "),
        ]),
    ]),
    ...(rest > 0 ? [`and ${String(rest)} runs of ${String(all.length - causesMax)} causes more\n`] : []),
  ].join("\n");
}

const pairs = (all: readonly Cause[], of: (cause: Cause) => string): readonly (readonly string[])[] =>
  counted(all, of).map(([name, runs]) => [name, String(runs)]);
