import { type Share, type SliceScore, wilson } from "./score.ts";

/** Rows of text in columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

export const scoreHeads = [
  "slice",
  "attacks",
  "honest",
  "caught %",
  "(95 %)",
  "flagged %",
  "(95 %)",
  "cited %",
  "partial %",
  "resisted %",
  "AUROC",
  "at 1 %",
  "at 5 %",
];

/** One slice as a row under `scoreHeads`. */
export function scoreRow(score: SliceScore): readonly string[] {
  const { slice, attacks, benign, cited, partial, resisted, auroc, at1, at5 } = score;
  return [
    slice,
    String(attacks.whole),
    String(benign.whole),
    percent(attacks),
    interval(attacks),
    percent(benign),
    interval(benign),
    percent(cited),
    percent(partial),
    percent(resisted),
    auroc === undefined ? "–" : auroc.toFixed(3),
    percent(at1),
    percent(at5),
  ];
}

export function percent(share: Share | undefined): string {
  if (share === undefined || share.whole === 0) return "–";
  return ((100 * share.part) / share.whole).toFixed(1);
}

export function interval(share: Share): string {
  const found = wilson(share);
  return found === undefined ? "" : `${(100 * found[0]).toFixed(1)}–${(100 * found[1]).toFixed(1)}`;
}
