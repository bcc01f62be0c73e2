import { absent } from "../decode/index.ts";
import { fingerprint } from "../attribute/ids.ts";
import { daysMax } from "../learn/evidence.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { LatestHour } from "../learn/latest-hour.ts";
import { Marks } from "../learn/marks.ts";
import { hourOf } from "../learn/news-rate.ts";
import { Novelty } from "../learn/novelty.ts";
import { segmentsOf } from "../learn/segments.ts";
import { Templates } from "../learn/templates.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { allowed, type Expected, expectedOf, expectedSql } from "./news-budget.ts";
import { isFinding } from "./signals.ts";
import { type NewsKey, newsKeys, sqlValueOf } from "./news-keys.ts";
import { sqlText } from "./sql.ts";

/** A longer value stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

/** News that is no alarm waits for so long before it counts as normal. */
const waitHours = 7 * 24;
/** News that wait of one identity. */
const waitingMax = 12;

type Known = Novelty | Templates;

interface Memory {
  readonly [key: string]: Known | LatestHour | Marks;
  readonly latest: LatestHour;
  /** News that was said and no alarm, with the hour when it came first. */
  readonly waiting: Marks;
}

/**
 * First use of an operation, resource, secret, network, workload, caller, type of credential or hour of the week by an
 * identity that hardly ever does anything new of this kind: `news-budget.ts` says what "hardly ever" is. An alarm stays news
 * until a person accepts it; what is less than an alarm counts as normal when it comes again a week later.
 * Misses: an attacker who stays within what the identity already does.
 */
export const firstUse: Detector<Memory> = {
  id: "first-use",
  version: 3,
  family: "behaviour",
  newMemory() {
    const known: Record<string, Known> = {};
    for (const { name, isTemplated } of newsKeys) known[name] = isTemplated ? new Templates() : new Novelty();
    return { ...known, latest: new LatestHour(), waiting: new Marks() };
  },
  examine(examined, memory) {
    if (!examined.evidence.gateOpen) return quiet;
    const { action } = examined;
    let signals: Signal[] | undefined;
    for (let nth = 0; nth < newsKeys.length; nth += 1) {
      const key = newsKeys[nth]!;
      const code = key.codeOf(action);
      const known = knownOf(memory, key);
      if (code === absent || !known.canTell || has(known, action, code)) continue;
      const signal = signalOf(key, examined, memory, action.textOf(code));
      if (signal !== undefined) (signals ??= []).push(signal);
    }
    return signals ?? quiet;
  },
  learn({ action, evidence }, memory, signals) {
    for (let nth = 0; nth < newsKeys.length; nth += 1) {
      const key = newsKeys[nth]!;
      const code = key.codeOf(action);
      if (code === absent) continue;
      // An identity doesn't make a thing normal by doing it again at once.
      const said = saidOf(key, signals);
      if (said !== undefined) {
        if (isFinding(said) && said.severity === "low") wait(key, memory, action, code);
        continue;
      }
      const room = evidence.gateOpen ? key.room : key.roomUnderGate;
      const known = knownOf(memory, key);
      const { ordinal, startedAtUs } = action;
      if (known instanceof Templates)
        known.observe(segmentsOf(action.textOf(code)), room, ordinal, startedAtUs);
      else known.observe(action.fingerprintOf(code), room, ordinal, startedAtUs);
    }
    memory.latest.note(hourOf(action.startedAtUs));
  },
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Under the name of a key stands what is known of it.
const knownOf = (memory: Memory, { name }: NewsKey): Known => memory[name] as Known;

function has(known: Known, action: ActionView, code: number): boolean {
  return known instanceof Templates
    ? known.has(segmentsOf(action.textOf(code)))
    : known.has(action.fingerprintOf(code));
}

function saidOf({ name }: NewsKey, signals: readonly Noticed[]): Noticed | undefined {
  for (const signal of signals) if (signal.name === name) return signal;
  return undefined;
}

const waitingPrint = ({ name }: NewsKey, value: string): ReturnType<typeof fingerprintOf> =>
  fingerprintOf(`${name}|${value}`);

/** Notes that a value is news; the first time counts. */
function wait(key: NewsKey, { waiting }: Memory, action: ActionView, code: number): void {
  const print = waitingPrint(key, action.textOf(code));
  if (waiting.get(print) === undefined) waiting.put(print, hourOf(action.startedAtUs), "", waitingMax);
}

/** The signal that a new value makes; undefined where something new is to be expected, or it waited long enough. */
function signalOf(key: NewsKey, examined: Examined, memory: Memory, value: string): Signal | undefined {
  const { action } = examined;
  const known = knownOf(memory, key);
  const expected = expectedOf(known, memory.latest.hour);
  if (expected.perYear > allowed.low) return undefined;
  const since = memory.waiting.get(waitingPrint(key, value));
  if (since !== undefined && hourOf(action.startedAtUs) >= since.number + waitHours) return undefined;
  // What was once no alarm is none because time went by.
  const isAlarm = since === undefined && key.severityMax === "medium" && expected.perYear <= allowed.medium;
  const severity = isAlarm ? "medium" : "low";
  const named = `${key.name}|${value.length > causeCharsMax ? fingerprint(value) : value}`;
  const bits = severity === "medium" ? expected.bits : Math.min(expected.bits, lowBitsMax);
  return {
    name: key.name,
    severity,
    cause: severity === "medium" ? `${action.sessionId}|${named}` : named,
    bits,
    tell: () => told(key, examined, known, expected, value),
  };
}

/** Below what an alarm is. */
const lowBitsMax = 1;

function told(
  key: NewsKey,
  { evidence }: Examined,
  known: Known,
  expected: Expected,
  value: string,
): ReturnType<Signal["tell"]> {
  const { days, perYear, bits } = expected;
  return {
    title: `first use of ${key.name} ${value}`,
    why: {
      key: key.name,
      observations: known.observations,
      news: known.news,
      lately: known.rate.lately,
      newsLately: known.newsLately,
      days: rounded(days),
      perYear: rounded(perYear),
      bits: rounded(bits),
      actions: evidence.actions,
      activeDays: evidence.activeDays,
    },
    sql: sqlOf(key, known),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function sqlOf(key: NewsKey, known: Known): string {
  const value = sqlValueOf(key, known instanceof Templates ? known.varying : []);
  const counted = `${key.sqlWhere} AND NOT has(signals, ${sqlText(`first-use/${key.name}`)})`;
  const fromThere = known.since === undefined ? counted : `${counted} AND ordinal >= ${String(known.since)}`;
  const hour = "greatest(0, intDiv(toUnixTimestamp64Micro(started_at), 3600000000)) AS hour";
  const uses = `SELECT ${value} AS value, ${hour}, row_number() OVER (ORDER BY ordinal) AS nth FROM v_actions WHERE {before} AND ${fromThere}`;
  const values = `SELECT min(nth) AS first, argMin(hour, nth) AS hour, count() AS uses FROM (${uses}) GROUP BY value`;
  const whole = `SELECT count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays, max(${hour.slice(0, -" AS hour".length)}) AS latest FROM v_actions WHERE {before}`;
  const from = String(known.rate.from);
  const counts = `SELECT sum(uses) AS observations, count() AS news, observations - ${from} + 1 AS lately, countIf(first >= ${from}) AS newsLately, argMin(hour, first) AS fromHour FROM (${values})`;
  return `SELECT ${sqlText(key.name)} AS key, observations, news, lately, newsLately, round(${expectedSql.days}, 2) AS days, round(${expectedSql.perYear}, 2) AS perYear, round(${expectedSql.bits}, 2) AS bits, actions, activeDays FROM (${counts}) AS counts CROSS JOIN (${whole}) AS whole`;
}
