import type { Point } from "./score.ts";

/** A curve with its name. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  /** Where the detector itself stands. */
  readonly at?: Point;
}

const width = 640;
const height = 420;
const left = 60;
const top = 20;
const right = 220;
const bottom = 50;
const across = width - left - right;
const down = height - top - bottom;
const colours = ["#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#555555", "#d35490"];

/** Honest runs flagged on a scale that shows the small shares, which are the ones that matter. */
const fprMin = 0.001;
const xOf = (fpr: number): number =>
  left + (across * (Math.log10(Math.max(fpr, fprMin)) - Math.log10(fprMin))) / -Math.log10(fprMin);
const yOf = (tpr: number): number => top + down * (1 - tpr);

/** Attacks caught over honest runs flagged, for all thresholds, as a picture in plain SVG. */
export function curvesSvg(title: string, curves: readonly Curve[]): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...[0.001, 0.01, 0.05, 0.1, 1].map((fpr) => gridX(fpr)),
    ...[0, 0.25, 0.5, 0.75, 1].map((tpr) => gridY(tpr)),
    `<text x="${String(left + across / 2)}" y="${String(height - 12)}" text-anchor="middle">honest runs flagged, %</text>`,
    `<text transform="translate(16 ${String(top + down / 2)}) rotate(-90)" text-anchor="middle">attacks caught, %</text>`,
    `<text x="${String(left + across + 14)}" y="${String(top + down)}">dot: as it stands</text>`,
    ...curves.flatMap((curve, nth) => curveSvg(curve, nth)),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function gridX(fpr: number): string {
  const x = xOf(fpr).toFixed(1);
  return `<path d="M${x} ${String(top)}V${String(top + down)}" stroke="#ddd"/><text x="${x}" y="${String(top + down + 16)}" text-anchor="middle">${String(100 * fpr)}</text>`;
}

function gridY(tpr: number): string {
  const y = yOf(tpr).toFixed(1);
  return `<path d="M${String(left)} ${y}H${String(left + across)}" stroke="#ddd"/><text x="${String(left - 6)}" y="${y}" text-anchor="end" dominant-baseline="middle">${String(100 * tpr)}</text>`;
}

function curveSvg({ name, points, at: stands }: Curve, nth: number): readonly string[] {
  const colour = colours[nth % colours.length]!;
  // A step for each threshold: between two of them nothing was measured.
  const steps = points.map(({ fpr, tpr }) => [xOf(fpr).toFixed(1), yOf(tpr).toFixed(1)] as const);
  const path = steps
    // What no eye tells apart makes one step.
    .filter(([x], nthStep) => nthStep === 0 || steps[nthStep + 1]?.[0] !== x)
    .map(([x, y], nthStep) => (nthStep === 0 ? `M${x} ${y}` : `H${x}V${y}`));
  const y = top + 14 + 18 * nth;
  const x = left + across + 14;
  return [
    `<path d="${path.join("")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...(stands === undefined
      ? []
      : [
          `<circle cx="${xOf(stands.fpr).toFixed(1)}" cy="${yOf(stands.tpr).toFixed(1)}" r="4" fill="${colour}"/>`,
        ]),
    `<path d="M${String(x)} ${String(y - 4)}h18" stroke="${colour}" stroke-width="2"/><text x="${String(x + 24)}" y="${String(y)}">${escaped(name)}</text>`,
  ];
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/gu, (found) => entities[found] ?? found);
