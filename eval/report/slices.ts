import type { Label } from "../labels.ts";
import { curveOf, type Scored, type SliceScore } from "../score.ts";
import type { Curve } from "../svg.ts";
import { scoreHeads, scoreRow } from "../table.ts";
import type { Figure } from "./figures.ts";
import { markdownTable } from "./markdown.ts";

/** Slices as a reader names them. */
const names: Readonly<Record<string, string>> = {
  all: "all",
  "set:agentdojo.dev": "AgentDojo",
  "set:agentdyn.dev": "AgentDyn",
};

export const sliceName = (slice: string): string => names[slice] ?? slice;

/** All of the recorded data is of one split, which would only repeat what "all" says. */
const isShown = ({ slice }: SliceScore): boolean => !slice.startsWith("split:dev");

/** Every slice with its intervals. */
export function scoreTable(scores: readonly SliceScore[]): string {
  return markdownTable([
    scoreHeads,
    ...scores.filter(isShown).map((score) => scoreRow({ ...score, slice: sliceName(score.slice) })),
  ]);
}

/** One curve a slice, with the point at which the detector stands. */
export function curvesOf(
  labels: readonly Label[],
  said: ReadonlyMap<string, Scored>,
  scores: readonly SliceScore[],
): readonly Curve[] {
  return scores.filter(isShown).map(({ slice, attacks, benign }) => ({
    name: sliceName(slice),
    points: curveOf(labels, said, slice),
    ...(attacks.whole > 0 &&
      benign.whole > 0 && { at: { fpr: benign.part / benign.whole, tpr: attacks.part / attacks.whole } }),
  }));
}

export function figuresOf(scores: readonly SliceScore[]): Readonly<Record<string, Figure>> {
  return Object.fromEntries(
    scores
      .filter(isShown)
      .map(({ slice, attacks, benign: honest, cited, auroc }) => [
        slice,
        { attacks, honest, cited, auroc: auroc ?? null },
      ]),
  );
}
