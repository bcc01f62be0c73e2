import { Failures } from "../learn/failures.ts";
import { hourOf } from "../learn/news-rate.ts";
import { tailBits } from "../learn/tail-bits.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, quiet } from "./detector.ts";

/** Fewer in an hour are bad luck. */
const failuresMin = 5;
/**
 * An hour is told of from so many bits on: of 8,760 a year 8.6 are expected to be that rare, were each looked at once. Extreme is
 * what is to be expected less than once in a hundred years, and where most of what was tried failed.
 */
const bitsMin = { low: 10, medium: 20 } as const;
const extreme = { failures: 20, share: 0.5 } as const;
/** The most that it adds to the score of its action. */
const bitsMax = 1;

type Memory = Readonly<Record<"failures", Failures>>;

/**
 * Far more of what the identity tried in an hour was refused or failed than its habit says: something is broken, or somebody
 * tries what the identity may not do. Misses: failures spread thinly over hours, and an identity that always fails.
 */
export const errorBurst: Detector<Memory> = {
  id: "error-burst",
  version: 1,
  family: "behaviour",
  newMemory: () => ({ failures: new Failures() }),
  examine: ({ action, evidence }, { failures }) => {
    if (!evidence.gateOpen || !isFailed(action)) return quiet;
    const { failed, actions, failedBefore, actionsBefore } = inHourOf(action, failures);
    if (failed < failuresMin || actionsBefore === 0) return quiet;
    const bits = tailBits(failed, actions, failedBefore, actionsBefore);
    if (bits < bitsMin.low) return quiet;
    const isExtreme =
      bits >= bitsMin.medium && failed >= extreme.failures && failed >= extreme.share * actions;
    const hour = Math.max(failures.hour, hourOf(action.startedAtUs));
    return [
      {
        name: "errors",
        severity: isExtreme ? "medium" : "low",
        bits: Math.min(bits, bitsMax),
        cause: `${String(hour)}${isExtreme ? "|extreme" : ""}`,
        evidence: ["volume"],
        tell: () => ({
          title: `${String(failed)} of ${String(actions)} actions within the hour were refused or failed, of those before ${share(failedBefore, actionsBefore)}`,
          why: { failed, actions, failedBefore, actionsBefore },
          sql: sqlOf(hour),
        }),
      },
    ];
  },
  learn: ({ action }, { failures }) => {
    failures.begin(hourOf(action.startedAtUs));
    failures.note(isFailed(action));
  },
};

const isFailed = (action: ActionView): boolean => !action.isOk;

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** The counts with this action in them. */
function inHourOf(
  action: ActionView,
  { hour, actions, failed, actionsBefore, failedBefore }: Failures,
): Readonly<Record<"actions" | "failed" | "actionsBefore" | "failedBefore", number>> {
  return hourOf(action.startedAtUs) > hour
    ? {
        actions: 1,
        failed: 1,
        actionsBefore: actionsBefore + actions,
        failedBefore: failedBefore + failed,
      }
    : { actions: actions + 1, failed: failed + 1, actionsBefore, failedBefore };
}

/** What comes late counts in the latest hour that there was. */
function sqlOf(hour: number): string {
  const hours =
    "SELECT status, max(greatest(0, intDiv(toUnixTimestamp64Micro(started_at), 3600000000))) OVER (ORDER BY ordinal) AS hour FROM v_actions WHERE {before}";
  const now = `hour = ${String(hour)}`;
  return `SELECT countIf(${now} AND status != 'ok') + 1 AS failed, countIf(${now}) + 1 AS actions, countIf(NOT (${now}) AND status != 'ok') AS failedBefore, countIf(NOT (${now})) AS actionsBefore FROM (${hours})`;
}
