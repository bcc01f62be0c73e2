import type { StoreContent } from "../support/memory.ts";
import { deaths, type Disturbance, errors, type Fate, type Fates } from "./calls.ts";
import { expectEqual } from "./expect-equal.ts";
import { expectNothingLost } from "./conservation.ts";
import { type Dice, diceOf } from "./dice.ts";
import { type Outcome, run, type World } from "./run.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import type { Seen } from "./seen.ts";

/**
 * Runs a seed's scenario once undisturbed and once for each awaited call and each way to end there, and compares.
 *
 * What is promised: how the log is cut, handed over and disturbed changes nothing in the store, and neither does an order
 * of arrival in which nothing comes after what ended more than half a window later (but for places in the log). Time may
 * pass at any point, so that partitions seem quiet: what they hold back is judged only when their logs are at their ends.
 * A log that goes on after that is another matter, as what comes then is late. When that happens is decided by the clock,
 * once, and written ahead in the plan; a crash keeps what was decided, and none decides the same twice. So logs grow in
 * restless runs only; of those, all that must hold is that nothing is lost or double, and no chunk stored in two ways.
 *
 * Throws with what reproduces it when anything differs. Gives the number of disturbed runs.
 */
export async function simulate(seed: number, seen: Seen): Promise<number> {
  const scenario = scenarioOf(seed);
  let runs = 0;
  let doing = "undisturbed";
  try {
    const expected = await undisturbed(scenario);
    for (let at = 0, isReached = true; isReached; at += 1) {
      for (const end of endsAt(at, seed)) {
        doing = `${end} at awaited call ${String(at)}`;
        const disturbed = await disturbedRun(scenario, { at, end }, seen);
        isReached = disturbed.calls > at;
        expectNothingLost(scenario, disturbed.outcome);
        if (!scenario.isRestless) expectEqual(disturbed.outcome.contents, expected);
        runs += 1;
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const again = `ANSWERABLE_TEST_SIM_SEED=${String(seed)} npm test -- simulation`;
    throw new Error(`${again}\ntrouble "${scenario.trouble}", ${doing}: ${reason}`, { cause: error });
  }
  return runs;
}

/** A crash after every call, and at every third some other end, so that over the seeds each end meets each call. */
function endsAt(at: number, seed: number): readonly Disturbance[] {
  const others = [...deaths.slice(1), ...errors, "stop", "stop"] as const;
  const turn = at + seed;
  return turn % 3 === 0 ? ["die-after", others[(turn / 3) % others.length] ?? "stop"] : ["die-after"];
}

/** One process, no faults, the whole log in one hand and one chunk. */
async function undisturbed({
  seed,
  logs,
  trouble,
  windowMs,
  newPerHourMax,
}: Scenario): Promise<readonly StoreContent[]> {
  const calm = (pick: (log: Scenario["logs"][number]) => World["logs"][number]): Promise<Outcome> =>
    run({
      logs: logs.map(pick),
      processes: 1,
      batchMax: 1000,
      recordsMax: [1000],
      rebalances: [],
      windowMs,
      newPerHourMax,
      quietAfter: [],
      isRestless: false,
      dice: diceOf(seed),
      fates: () => "none",
      seen: () => undefined,
    });
  const { contents } = await calm((log) => log.records);
  if (trouble === "duplicate") {
    const once = await calm((log) => log.withoutDuplicates);
    expectEqual(contents.map(withoutPosition), once.contents.map(withoutPosition));
  }
  if (trouble === "reordered" && windowMs > 0) {
    const inOrder = await calm((log) => log.inOrder);
    expectEqual(contents.map(withoutPlaces), inOrder.contents.map(withoutPlaces));
  }
  return contents;
}

const withoutPosition = (content: StoreContent): StoreContent => ({ ...content, position: undefined });

/** When the log took it: what is said of a source goes by that. */
const logTime = /"atUs":\d+|\\"timestamp\\":\\"[^"]*"/gu;

/** Without what says where in the log something stood: the same events in another order of arrival stand elsewhere. */
function withoutPlaces(content: StoreContent): StoreContent {
  const cleaned = (rows: readonly string[]): readonly string[] =>
    rows
      .map((row) => row.replaceAll(/"(?:offset|index|atMs)":\d+|< \(\d+, \d+\)/gu, ""))
      .map((row) => (row.includes("identity-flood") ? row.replaceAll(logTime, "") : row))
      .toSorted((one, other) => (one < other ? -1 : 1));
  return {
    actions: cleaned(content.actions),
    findings: cleaned(content.findings),
    alerts: cleaned(content.alerts),
    responses: cleaned(content.responses.map((row) => row.replaceAll(logTime, ""))),
    standings: cleaned(content.standings.map((row) => row.replaceAll(logTime, ""))),
    deadLetters: cleaned(content.deadLetters),
    states: content.states,
    position: undefined,
    rowsInserted: content.rowsInserted,
  };
}

interface Disturbed {
  readonly outcome: Outcome;
  /** Awaited calls that were made. */
  readonly calls: number;
}

async function disturbedRun(
  scenario: Scenario,
  first: { readonly at: number; readonly end: Disturbance },
  seen: Seen,
): Promise<Disturbed> {
  const dice = diceOf(scenario.seed);
  const fates = fatesOf(scenario, first, dice);
  const outcome = await run({
    ...scenario,
    logs: scenario.logs.map((log) => log.records),
    dice,
    quietAfter: Array.from({ length: 3 }, () => dice.below(120)),
    fates: fates.next,
    seen,
  });
  return { outcome, calls: fates.calls() };
}

/** The first end where it is wanted; sometimes a second one later; with ambiguous inserts, errors all along. */
function fatesOf(
  { trouble }: Scenario,
  first: { readonly at: number; readonly end: Disturbance },
  dice: Dice,
): { readonly next: Fates; readonly calls: () => number } {
  const second = dice.chance(40) ? first.at + 1 + dice.below(40) : -1;
  const secondEnd = dice.among<Fate>([...deaths, "stop"]);
  const isAmbiguous = trouble === "ambiguous" || trouble === "all";
  let calls = 0;
  return {
    calls: () => calls,
    next(): Fate {
      calls += 1;
      if (calls - 1 === first.at) return first.end;
      if (calls - 1 === second) return secondEnd;
      return isAmbiguous && dice.chance(8) ? dice.among<Fate>(errors) : "none";
    },
  };
}
