import type { Forecast } from "./character.ts";
import type { Folded } from "./folds.ts";
import type { Label } from "./labels.ts";
import { isHonest, type Share } from "./score.ts";
import { interval, percent, table } from "./table.ts";

/** What the detector expected of an identity on new work, beside what was measured on it. */
export interface Expectation extends Forecast {
  /** Share of honest sessions on new work, as each fold expected it of those it left out; undefined where it had nothing to say. */
  readonly expected: number | undefined;
  readonly measured: Share;
}

/** Identities shown. */
const identitiesMax = 24;

/**
 * For each identity, what learning alone expects, and what became of the honest runs of tasks that were left out.
 *
 * @param whole What all of the learning says.
 */
export function expectations(
  whole: readonly Forecast[],
  { forecasts, inFold, identityOf, said }: Folded,
  labels: readonly Label[],
): readonly Expectation[] {
  return whole.map((forecast) => {
    const { identity } = forecast;
    const honest = labels.filter(
      (label) => label.phase === "score" && isHonest(label) && identityOf.get(label.run_id) === identity,
    );
    const expected = honest.flatMap(
      (label) => forecasts[inFold(label)]?.find((one) => one.identity === identity)?.ifNew ?? [],
    );
    return {
      ...forecast,
      expected:
        expected.length === 0 ? undefined : expected.reduce((sum, share) => sum + share, 0) / expected.length,
      measured: {
        part: honest.filter((label) => said.get(label.run_id)?.flagged).length,
        whole: honest.length,
      },
    };
  });
}

const forecastHeads = ["identity", "sessions", "routines", "line", "expected on new work %", "of all %"];

function forecastRow({
  identity,
  sessions,
  routines,
  line,
  gateOpen,
  ifNew,
  all,
}: Forecast): readonly string[] {
  return [
    identity,
    String(sessions),
    String(routines),
    gateOpen ? String(line) : "gate shut",
    shareText(ifNew),
    shareText(all),
  ];
}

/** What learning alone says, of the identities that learned most. */
export function forecastsText(forecasts: readonly Forecast[]): string {
  if (forecasts.length === 0) return "";
  const shown = forecasts.toSorted((one, other) => other.sessions - one.sessions).slice(0, identitiesMax);
  const rest = forecasts.length - shown.length;
  return [
    "false alarms that the detector expects, from learning alone\n",
    table([forecastHeads, ...shown.map((one) => forecastRow(one))]),
    ...(rest > 0 ? [`and ${String(rest)} identities more\n`] : []),
  ].join("");
}

/** Rows with their heads: what was expected beside what was measured. */
export function expectationRows(all: readonly Expectation[]): readonly (readonly string[])[] {
  return [
    [...forecastHeads, "folds expected %", "folds measured %", "(95 %)", "honest runs"],
    ...all.map((one) => [
      ...forecastRow(one),
      shareText(one.expected),
      percent(one.measured),
      interval(one.measured),
      String(one.measured.whole),
    ]),
  ];
}

export function expectationsText(all: readonly Expectation[]): string {
  return `false alarms on tasks never seen: expected from learning alone, and measured\n${table(expectationRows(all))}`;
}

const shareText = (share: number | undefined): string =>
  share === undefined ? "–" : (100 * share).toFixed(1);
