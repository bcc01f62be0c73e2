import { thresholdShift } from "../../policy/verdicts.ts";
import { absent } from "../decode/index.ts";
import { fingerprint } from "../attribute/ids.ts";
import { daysMax } from "../learn/evidence.ts";
import type { Fingerprint } from "../learn/fingerprint.ts";
import { LatestHour } from "../learn/latest-hour.ts";
import { type Mark, Marks } from "../learn/marks.ts";
import { hourOf } from "../learn/news-rate.ts";
import { Novelty } from "../learn/novelty.ts";
import { segmentsOf } from "../learn/segments.ts";
import { Templates } from "../learn/templates.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { allowed, type Expected, expectedOf, expectedSql } from "./news-budget.ts";
import { isFinding } from "./signals.ts";
import { type NewsKey, newsKeys, sqlValueOf } from "./news-keys.ts";
import { peersOnFirstUse, type PeersOnFirstUse } from "./peer-word.ts";
import { sqlText } from "./sql.ts";

/** A longer value stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

/** News that is no alarm waits for so long before it counts as normal. */
const waitHours = 7 * 24;
/** News that wait of one identity, alarms among them. */
const waitingMax = 12;
/** Beside an alarm that waits for a person. */
const alarm = "!";

type Known = Novelty | Templates;

interface Memory {
  readonly [key: string]: Known | LatestHour | Marks;
  readonly latest: LatestHour;
  /** News that was said, with the hour when it came first. */
  readonly waiting: Marks;
}

/**
 * First use of an operation, resource, secret, network, workload, caller, type of credential or hour of the week by an
 * identity that hardly ever does anything new of this kind: `news-budget.ts` says what "hardly ever" is. All news counts
 * as that, whether it was said or not, so that many of them don't make many alarms. An alarm stays news until a person accepts
 * it; what is less counts as normal when it comes again a week later.
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
    const codes = codesOf(action);
    let signals: Signal[] | undefined;
    for (let nth = 0; nth < newsKeys.length; nth += 1) {
      const key = newsKeys[nth]!;
      const code = codes[nth]!;
      const known = knownOf(memory, key);
      if (code === absent || !known.canTell) continue;
      const before = memory.waiting.size === 0 ? undefined : memory.waiting.get(printOf(nth, action, code));
      if (before === undefined && has(known, action, code)) continue;
      const signal = signalOf(key, examined, memory, before, action.textOf(code));
      if (signal !== undefined) (signals ??= []).push(signal);
    }
    return signals ?? quiet;
  },
  learn({ action, evidence }, memory, signals) {
    const { ordinal, startedAtUs } = action;
    const codes = codesOf(action);
    for (let nth = 0; nth < newsKeys.length; nth += 1) {
      const key = newsKeys[nth]!;
      const code = codes[nth]!;
      if (code === absent) continue;
      if (signals.length > 0) wait(nth, memory, action, code, signals);
      const room = evidence.gateOpen ? key.room : key.roomUnderGate;
      const known = knownOf(memory, key);
      if (known instanceof Templates)
        known.observe(segmentsOf(action.textOf(code)), room, ordinal, startedAtUs);
      else known.observe(action.fingerprintOf(code), room, ordinal, startedAtUs);
    }
    memory.latest.note(hourOf(startedAtUs));
  },
};

/** Codes of the latest action's values, worked out once, as it is examined and learned from. */
const latest = newsKeys.map(() => absent);
let ofView: ActionView | undefined;
let ofRow = -1;
let ofOrdinal = -1;

function codesOf(action: ActionView): readonly number[] {
  if (ofView === action && ofRow === action.row && ofOrdinal === action.ordinal) return latest;
  [ofView, ofRow, ofOrdinal] = [action, action.row, action.ordinal];
  for (let nth = 0; nth < newsKeys.length; nth += 1) latest[nth] = newsKeys[nth]!.codeOf(action);
  return latest;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Under the name of a key stands what is known of it.
const knownOf = (memory: Memory, { name }: NewsKey): Known => memory[name] as Known;

function has(known: Known, action: ActionView, code: number): boolean {
  return known instanceof Templates
    ? known.has(segmentsOf(action.textOf(code)))
    : known.has(action.fingerprintOf(code));
}

/** Stands for a value of a key. */
function printOf(nth: number, action: ActionView, code: number): Fingerprint {
  const { high, low } = action.fingerprintOf(code);
  return { high: high ^ nth, low };
}

/** Notes that a value is news; when it came first counts. */
function wait(
  nth: number,
  { waiting }: Memory,
  action: ActionView,
  code: number,
  signals: readonly Noticed[],
): void {
  const said = signals.find((one) => one.name === newsKeys[nth]!.name);
  if (said === undefined) return;
  const print = printOf(nth, action, code);
  if (waiting.get(print) !== undefined) return;
  const isAlarm = isFinding(said) && said.severity !== "low";
  waiting.put(print, hourOf(action.startedAtUs), isAlarm ? alarm : "", waitingMax);
}

/** The signal that a new value makes; undefined where something new is to be expected, or it waited long enough. */
function signalOf(
  key: NewsKey,
  examined: Examined,
  memory: Memory,
  before: Mark | undefined,
  value: string,
): Signal | undefined {
  const { action } = examined;
  const known = knownOf(memory, key);
  const peers = peersOnFirstUse(examined, key.name, value, known.observations);
  const expected = likelier(expectedOf(known, memory.latest.hour), peers?.lowered ?? 0);
  // What was once no alarm is none because time went by.
  const isAlarm =
    before === undefined
      ? key.severityMax === "medium" && expected.perYear <= allowed.medium * allowedMore(key, examined)
      : before.text === alarm;
  const hasWaited = before !== undefined && hourOf(action.startedAtUs) >= before.number + waitHours;
  if (!isAlarm && (hasWaited || expected.perYear > allowed.low)) return undefined;
  const named = `${key.name}|${value.length > causeCharsMax ? fingerprint(value) : value}`;
  return {
    name: key.name,
    severity: isAlarm ? "medium" : "low",
    cause: isAlarm ? `${action.sessionId}|${named}` : named,
    bits: isAlarm ? expected.bits : Math.min(expected.bits, lowBitsMax),
    tell: () => told(key, examined, known, expected, value, peers),
  };
}

/** What is expected where peers bring it as well: so many bits likelier. */
function likelier({ days, perYear, bits }: Expected, lowered: number): Expected {
  return { days, perYear: perYear * 2 ** lowered, bits: Math.max(0, bits - lowered) };
}

/** People's verdicts on such findings move the threshold: each bit of it halves what is allowed. */
function allowedMore({ name }: NewsKey, { action, decided }: Examined): number {
  return 2 ** -thresholdShift(decided.book, firstUse.id, name, action.identityId, decided.control);
}

/** Below what an alarm is. */
const lowBitsMax = 1;

function told(
  key: NewsKey,
  { evidence }: Examined,
  known: Known,
  expected: Expected,
  value: string,
  peers: PeersOnFirstUse | undefined,
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
      ...(peers && { peers: peers.peers, peersUsing: peers.peersUsing }),
      days: cut(days),
      perYear: cut(perYear),
      bits: Math.round(bits * 100) / 100,
      actions: evidence.actions,
      activeDays: evidence.activeDays,
    },
    sql: sqlOf(key, known, peers),
    hintWhy: peers?.hintWhy ?? [],
  };
}

/** To two places; not rounded, as the store rounds what is halfway between otherwise. */
const cut = (value: number): number => Math.floor(value * 100) / 100;

function sqlOf(key: NewsKey, known: Known, peers: PeersOnFirstUse | undefined): string {
  const peersColumns = peers === undefined ? "" : `${peers.columnsSql}, `;
  const lowered = peers === undefined ? "0" : peers.loweredSql;
  const value = sqlValueOf(key, known instanceof Templates ? known.varying : []);
  const counted =
    known.since === undefined ? key.sqlWhere : `${key.sqlWhere} AND ordinal >= ${String(known.since)}`;
  const hour = "greatest(0, intDiv(toUnixTimestamp64Micro(started_at), 3600000000)) AS hour";
  const uses = `SELECT ${value} AS value, ${hour}, row_number() OVER (ORDER BY ordinal) AS nth FROM v_actions WHERE {before} AND ${counted}`;
  const values = `SELECT min(nth) AS first, argMin(hour, nth) AS hour, count() AS uses FROM (${uses}) GROUP BY value`;
  const whole = `SELECT count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays, max(${hour.slice(0, -" AS hour".length)}) AS latest FROM v_actions WHERE {before}`;
  const from = String(known.rate.from);
  const counts = `SELECT sum(uses) AS observations, count() AS news, observations - ${from} + 1 AS lately, countIf(first >= ${from}) AS newsLately, argMin(hour, first) AS fromHour FROM (${values})`;
  return `SELECT ${sqlText(key.name)} AS key, observations, news, lately, newsLately, ${peersColumns}floor(${expectedSql.days} * 100) / 100 AS days, floor(${expectedSql.perYear} * exp2(${lowered}) * 100) / 100 AS perYear, round(greatest(0, ${expectedSql.bits} - ${lowered}), 2) AS bits, actions, activeDays FROM (${counts}) AS counts CROSS JOIN (${whole}) AS whole`;
}
