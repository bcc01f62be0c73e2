import { acceptedKey } from "../../policy/accepted.ts";
import { absent, empty } from "../decode/index.ts";
import { DayBook, gradeOf, usPerHour } from "../learn/volume/day-book.ts";
import { Growth } from "../learn/volume/growth.ts";
import { measures, place } from "../learn/volume/measures.ts";
import { WorkTimes } from "../learn/volume/work-times.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { isClockSuspect, isLearnable } from "./time.ts";
import { countedSql, dayRiseSql, growthSql, habitSql, hourRiseSql } from "./volume-sql.ts";

/** The kinds of things whose number may grow, with how many values are remembered. */
const growing = [
  { name: "operations", max: 32, codeOf: (a: ActionView): number => a.operationCode },
  { name: "resources", max: 64, codeOf: (a: ActionView): number => a.resourceCode },
  { name: "networks", max: 12, codeOf: (a: ActionView): number => a.networkCode },
] as const;
const resourcesAt = 1;

/** A rest of so many days is news where it is also so many times as long as any before; the longer one is clear. */
const restDaysMin = 30;
const longRestDaysMin = 90;
const restTimes = 3;
/** No action brings more than this, whatever its sender says. */
const bytesMax = 2 ** 40;
const hoursPerDay = 24;

interface Memory extends Readonly<Record<string, DayBook | Growth | WorkTimes>> {
  readonly book: DayBook;
  readonly times: WorkTimes;
  readonly operations: Growth;
  readonly resources: Growth;
  readonly networks: Growth;
}

const noSession = { session: false, evidence: ["volume"] } as const;
/** What the action at hand brings; written anew for each. */
const amounts = new Float64Array(measures.length);

/**
 * How much an identity does: actions, changes, reads of secrets, resources and bytes a day and an hour, against an anchor of four weeks that stays
 * until a person moves it; how many new operations, resources and networks a week; work at hours or on weekdays that it never
 * works, and after a rest. What is too much follows from one budget of false findings (`learn/volume/budget.ts`). It is said while it happens.
 * Misses: who stays below twice of what is usual for a few days, who began before the anchor was there, a new hour beside those that are worked.
 */
export const volume: Detector<Memory> = {
  id: "volume",
  version: 1,
  family: "behaviour",
  newMemory: () => ({
    book: new DayBook(measures),
    times: new WorkTimes(),
    operations: new Growth(growing[0].max),
    resources: new Growth(growing[1].max),
    networks: new Growth(growing[2].max),
  }),
  examine({ action, evidence }, memory) {
    const { book, times } = memory;
    if (!evidence.gateOpen || !book.hasBegun || !isCounted(action, book)) return quiet;
    const hour = hourOf(action, book);
    const day = Math.floor(hour / hoursPerDay);
    let said: (Noticed | Signal)[] | undefined;
    if (day === book.day) {
      fillAmounts(action, memory, day);
      if (book.isNews(hour, amounts)) (said ??= []).push(riseOf(action, memory, hour));
    } else {
      const rested = restOf(action, memory, day);
      if (rested !== undefined) (said ??= []).push(rested);
    }
    for (let kind = 0; kind < growing.length; kind += 1) {
      const { name, codeOf } = growing[kind]!;
      const code = codeOf(action);
      if (isNone(code) || !memory[name].isNews(action.fingerprintOf(code))) continue;
      (said ??= []).push(growthOf(action, memory, kind, day));
    }
    if (hour !== times.lastHour && times.knows(day)) {
      if (times.isNewHour(hour)) (said ??= []).push(hourSignal(action, memory, hour));
      if (times.isNewWeekday(day)) (said ??= []).push(weekdaySignal(action, memory, day));
    }
    return said ?? quiet;
  },
  follow(examined, memory, signals) {
    const { action, evidence } = examined;
    if (!evidence.gateOpen) return;
    const { book } = memory;
    const hour = hourOf(action, book);
    const day = Math.floor(hour / hoursPerDay);
    if (!book.hasBegun) book.since = action.ordinal;
    if (day > book.day) turn(examined, memory, day);
    fillAmounts(action, memory, day);
    const crossings = book.isNews(hour, amounts) ? book.crossings(hour, amounts) : undefined;
    book.count(hour, amounts);
    // Who is not asked has accepted beforehand.
    if (crossings !== undefined && signals.length === 0) book.accept();
    else if (crossings !== undefined) book.tell(crossings, gradeOf(crossings[0]!));
    for (const { name, codeOf } of growing) {
      const code = codeOf(action);
      if (isNone(code)) continue;
      const grown = memory[name];
      const isOver = grown.isNews(action.fingerprintOf(code));
      grown.use(action.fingerprintOf(code), day);
      if (isOver && signals.length === 0) grown.accept();
      else if (isOver) grown.tell();
    }
  },
  learn({ action, evidence }, memory, signals) {
    if (!evidence.gateOpen) return;
    memory.book.learn();
    for (const { name, codeOf } of growing) {
      const code = codeOf(action);
      if (!isNone(code)) memory[name].learn(action.fingerprintOf(code));
    }
    if (!signals.some(({ name }) => name === "hours" || name === "weekday"))
      memory.times.learn(
        hourOf(action, memory.book),
        signals.every(({ name }) => name !== "dormant"),
      );
  },
};

const isNone = (code: number): boolean => code === absent || code === empty;

/** Whether it will be counted; of what comes too late, or by a clock that isn't believed, nothing is said. */
const isCounted = ({ endedAtUs, atMs, isStart }: ActionView, { hour }: DayBook): boolean =>
  !isStart && !isClockSuspect(endedAtUs, atMs) && isLearnable(endedAtUs, hour * usPerHour);

/** The hour since 1970 in which it counts: by its end, and never before what was counted already. */
const hourOf = ({ endedAtUs }: ActionView, { hour }: DayBook): number =>
  Math.max(hour, Math.floor(endedAtUs / usPerHour));

function fillAmounts(action: ActionView, { resources }: Memory, day: number): void {
  const resource = growing[resourcesAt].codeOf(action);
  const isFirst = !isNone(resource) && resources.isFirstToday(action.fingerprintOf(resource), day);
  amounts[place.actions] = 1;
  amounts[place.mutating] = action.mutating ? 1 : 0;
  amounts[place.secrets] = action.kind === "secret_read" ? 1 : 0;
  amounts[place.resources] = isFirst ? 1 : 0;
  amounts[place.bytes] = Math.min(bytesMax, Math.max(0, action.resultBytes ?? 0)) || 0;
}

/** Begins a day, after what a person accepted since the last one. */
function turn({ action, decided: { book: decided, control } }: Examined, memory: Memory, day: number): void {
  const { book } = memory;
  if (decided.accepted.size > 0) {
    const isAccepted = (cause: string): boolean =>
      decided.accepted.of(acceptedKey(action.identityId, volume.id, cause))?.last(control) !== undefined;
    if (book.toldCauses().some(([nth, isHour, octave]) => isAccepted(riseCause(book, nth, isHour, octave))))
      book.accept();
    for (const { name } of growing) {
      const grown = memory[name];
      if (grown.told > 0 && isAccepted(growthCause(name, grown))) grown.accept();
    }
  }
  book.turn(day);
  for (const { name } of growing) memory[name].turn(day);
}

const riseCause = ({ generation }: DayBook, measure: number, isHour: boolean, octave: number): string =>
  `${isHour ? "burst" : "rise"}|${measures[measure]!.name}|${String(generation)}|${String(octave)}`;

const growthCause = (name: string, { generation }: Growth): string => `growth|${name}|${String(generation)}`;

function riseOf(action: ActionView, { book }: Memory, hour: number): Noticed | Signal {
  const [crossing] = book.crossings(hour, amounts);
  const { measure, isHour, count, usual, octave } = crossing!;
  const { name } = measures[measure]!;
  const grade = gradeOf(crossing!);
  const signal = isHour ? "burst" : "rise";
  // One finding a day, unless it becomes graver: all measures tell of one change.
  if (grade <= book.said) return { name: signal };
  return {
    ...noSession,
    name: signal,
    severity: grade === 2 ? "medium" : "low",
    cause: riseCause(book, measure, isHour, octave),
    tell: () => {
      const { anchor, latest, day } = book;
      const compared = { measure, name, anchor, latest };
      const counted = countedSql(action, book.since);
      const counts = book.series[measure]!.latest;
      const lately = Math.floor(counts.reduce((sum, one) => sum + one, 0) / Math.max(1, counts.length));
      const span = isHour ? "an hour" : "a day";
      return {
        title: `${String(count)} ${name} within ${span}, where ${String(usual)} are usual`,
        why: { measure: name, count, usual, ...(!isHour && { lately }), days: anchor.length },
        sql: isHour ? hourRiseSql(counted, hour, compared) : dayRiseSql(counted, day, compared),
      };
    },
  };
}

function growthOf(action: ActionView, memory: Memory, kind: number, day: number): Signal {
  const { name } = growing[kind]!;
  const grown = memory[name];
  const isClear = grown.waiting + 1 >= grown.limit * 2;
  return {
    ...noSession,
    name: "growth",
    severity: isClear ? "medium" : "low",
    cause: `${growthCause(name, grown)}${isClear ? "|clear" : ""}`,
    tell: () => ({
      title: `${String(grown.waiting + 1)} new ${name} within a week, where ${String(grown.limit)} are the most that is usual`,
      why: { kind: name, news: grown.waiting + 1 },
      sql: growthSql(countedSql(action, memory.book.since), kind, name, grown.waitingSince || day),
    }),
  };
}

/** It does something after a rest that is much longer than any before. */
function restOf(action: ActionView, { book, times }: Memory, day: number): Signal | undefined {
  const rest = day - book.day;
  if (rest < restDaysMin || rest < restTimes * times.longestRest) return undefined;
  const { activeDays } = times;
  const counted = countedSql(action, book.since);
  const at = String(action.ordinal);
  return {
    ...noSession,
    name: "dormant",
    severity: rest >= longRestDaysMin ? "medium" : "low",
    cause: `dormant|${String(day)}`,
    tell: () => ({
      title: `active again after ${String(rest)} days without an action, where ${String(times.longestRest)} were the most`,
      why: { rest, activeDays },
      sql: `SELECT maxIf(day, ordinal = ${at}) - maxIf(day, ordinal < ${at}) AS rest, (SELECT uniqExact(day) FROM ${habitSql(action, book.since)}) AS activeDays FROM ${counted}`,
    }),
  };
}

function hourSignal(action: ActionView, { book, times }: Memory, hour: number): Signal {
  const ofDay = hour % hoursPerDay;
  const around = [-2, -1, 0, 1, 2].map((by) => (ofDay + by + hoursPerDay) % hoursPerDay);
  return {
    ...noSession,
    name: "hours",
    severity: "low",
    cause: `hours|${String(ofDay)}`,
    tell: () => ({
      title: `works at ${String(ofDay)} h UTC, which it hardly ever did on ${String(times.activeDays)} days`,
      why: { hour: ofDay, nearby: times.near(ofDay), activeDays: times.activeDays },
      sql: `SELECT ${String(ofDay)} AS hour, uniqExactIf(habit.hour, habit.hour % 24 IN (${around.join(", ")})) AS nearby, uniqExact(day) AS activeDays FROM ${habitSql(action, book.since)} AS habit`,
    }),
  };
}

function weekdaySignal(action: ActionView, { book, times }: Memory, day: number): Signal {
  const weekday = ((day + 3) % 7) + 1;
  return {
    ...noSession,
    name: "weekday",
    severity: "low",
    cause: `weekday|${String(weekday)}`,
    tell: () => ({
      title: `works on weekday ${String(weekday)} of 7, as it hardly ever did on ${String(times.activeDays)} days`,
      why: { weekday, worked: times.onWeekday(day), activeDays: times.activeDays },
      sql: `SELECT ${String(weekday)} AS weekday, uniqExactIf(day, (day + 3) % 7 = ${String(weekday - 1)}) AS worked, uniqExact(day) AS activeDays FROM ${habitSql(action, book.since)}`,
    }),
  };
}
