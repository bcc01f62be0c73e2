import { cloneSuspicion } from "./clone.ts";
import type { Gap } from "./coverage.ts";
import { type FollowedProcess, isOf, type Told } from "./followed.ts";
import { gapSuspicion } from "./gap.ts";
import { limits } from "./limits.ts";
import type { Life } from "./lives.ts";
import { silentSuspicion } from "./silent.ts";
import type { Suspicion } from "./suspicion.ts";

/** When something is worth saying. */
export interface Patience {
  readonly gapAfterMs: number;
  readonly silentAfterMs: number;
  /** Starts and numbers before this long ago are not looked at. */
  readonly lookbackMs: number;
}

/** Gaps of a process are told one by one up to a number in this time; the others wait and are told together, this often. */
const gapsToldMs = 3_600_000;
const togetherMs = 300_000;

/** What the store had when it was looked at. */
export interface Look {
  readonly nowMs: number;
  /** Up to when, by the log's clock, the store has everything. */
  readonly completeUntilMs: number;
  /** What was stored before is not known in full. */
  readonly knownFromMs: number;
}

/** What will be remembered of a finding; its episode is not known yet. */
type Telling = Omit<Told, "episodeId">;

/** A suspicion, and what to remember of it once it is told. */
export interface Raised {
  readonly suspicion: Suspicion;
  readonly told: Telling;
}

/** Numbers that are missing: one gap, or several told together. */
interface Missing {
  readonly life: Life;
  readonly cause: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly atUs: number;
  readonly missing: number;
}

/** What is to be counted of one process now. Pure. */
export function suspect(process: FollowedProcess, look: Look, patience: Patience): readonly Raised[] {
  return [
    ...changedGaps(process),
    ...newGaps(process, look, patience),
    ...silence(process, look, patience),
    ...doubling(process, look),
  ];
}

function* newGaps(
  process: FollowedProcess,
  { nowMs, completeUntilMs, knownFromMs }: Look,
  { gapAfterMs }: Patience,
): Iterable<Raised> {
  const isDue = ({ before, after }: Gap): boolean =>
    Math.max(before.storedAtMs, after.storedAtMs) <= nowMs - gapAfterMs &&
    Math.max(before.receivedAtMs, after.receivedAtMs) < completeUntilMs &&
    before.storedAtMs >= knownFromMs;
  for (const life of process.lives.all) {
    if (life.coverage.size < 2) continue;
    const known = process.told.filter((one) => isOf(one, "telemetry-gap", life));
    const due = untold([...life.coverage.gaps()].filter(isDue), known);
    const lately = known.filter(({ atUs }) => atUs > (nowMs - gapsToldMs) * 1000).length;
    const quota = Math.max(0, limits.gapsToldMax - lately);
    for (const gap of due.slice(0, quota)) yield raisedGap(process, alone(life, gap));
    if (due.length <= quota || nowMs - process.toldTogetherAtMs < togetherMs) continue;
    process.toldTogetherAtMs = nowMs;
    yield raisedGap(process, together(life, due.slice(quota)));
  }
}

/** Gaps that no finding is about yet; both lists in the order of their numbers. */
function untold(gaps: readonly Gap[], known: readonly Told[]): readonly Gap[] {
  const inOrder = known.toSorted((a, b) => a.fromSeq - b.fromSeq);
  let nth = 0;
  return gaps.filter((gap) => {
    while (nth < inOrder.length && inOrder[nth]!.toSeq < gap.from) nth += 1;
    const next = inOrder[nth];
    return next === undefined || next.fromSeq > gap.to;
  });
}

const eventUs = ({ after }: Gap): number => Math.min(after.atUs, after.receivedAtMs * 1000);

/** The first number that was missing when it was told, and when the one behind it came: late ones change neither. */
const causeOf = (first: Gap): string => `${String(first.from)}|${String(first.after.atUs)}`;

const alone = (life: Life, gap: Gap): Missing => ({
  life,
  cause: causeOf(gap),
  fromSeq: gap.from,
  toSeq: gap.to,
  atUs: eventUs(gap),
  missing: gap.to - gap.from + 1,
});

/** The gaps beyond those told one by one: a process that loses every tenth span would be thousands of findings. */
function together(life: Life, gaps: readonly Gap[]): Missing {
  const first = gaps[0]!;
  const last = gaps.at(-1)!;
  const missing = life.coverage.missing(first.from, last.to);
  return { life, cause: causeOf(first), fromSeq: first.from, toSeq: last.to, atUs: eventUs(last), missing };
}

/** Gaps that were told and have changed since: numbers came late. */
function* changedGaps(process: FollowedProcess): Iterable<Raised> {
  for (const life of process.lives.all)
    for (const one of process.told.filter((told) => isOf(told, "telemetry-gap", life))) {
      // What was forgotten of a life's beginning can't be counted any more.
      if (!life.coverage.has(one.fromSeq - 1) || !life.coverage.has(one.toSeq + 1)) continue;
      const missing = life.coverage.missing(one.fromSeq, one.toSeq);
      if (missing !== one.missing) yield raisedGap(process, { ...one, life, missing });
    }
}

function raisedGap(
  process: FollowedProcess,
  { life, cause, fromSeq, toSeq, atUs, missing }: Missing,
): Raised {
  const told = { rule: "telemetry-gap", cause, atUs, fromSeq, toSeq, missing, isOver: missing === 0 };
  const suspicion = gapSuspicion({
    name: process.name,
    fromSeq,
    toSeq,
    lifeFromUs: life.firstAtUs,
    lifeToUs: life.lastAtUs,
    atUs,
    cause,
  });
  return { suspicion, told };
}

function* silence(
  process: FollowedProcess,
  { nowMs }: Look,
  { silentAfterMs, lookbackMs }: Patience,
): Iterable<Raised> {
  const raised = (lastReceivedAtMs: number, isOver: boolean, atUs: number): Raised => ({
    suspicion: silentSuspicion({
      name: process.name,
      lastReceivedAtMs,
      atUs,
      sinceMs: Math.max(0, lastReceivedAtMs - lookbackMs),
    }),
    told: { ...nothingMissing, rule: "telemetry-silent", cause: String(lastReceivedAtMs), atUs, isOver },
  });
  for (const one of process.told)
    if (one.rule === "telemetry-silent" && !one.isOver && process.lastReceivedAtMs > Number(one.cause))
      yield raised(Number(one.cause), true, one.atUs);
  if (!process.tellsStarts || process.isSilenceJudged || process.lastStoredAtMs > nowMs - silentAfterMs)
    return;
  const { lastReceivedAtMs, lastAtUs } = process;
  if (process.told.some((one) => one.rule === "telemetry-silent" && one.cause === String(lastReceivedAtMs)))
    return;
  yield raised(lastReceivedAtMs, false, Math.min(lastAtUs, lastReceivedAtMs * 1000));
}

const nothingMissing = { fromSeq: -1, toSeq: -1, missing: 0 };

/** So often the store is asked whether a process is two. */
const askAgainMs = 60_000;

function* doubling(process: FollowedProcess, { nowMs }: Look): Iterable<Raised> {
  if (nowMs - process.doublingAskedAtMs < askAgainMs) return;
  const lives = process.lives.atOnce() ?? (process.doubled === undefined ? undefined : [process.doubled]);
  if (lives === undefined) return;
  const fromUs = Math.min(...lives.map((one) => one.firstAtUs));
  const toUs = Math.max(...lives.map((one) => one.lastAtUs));
  const before = process.told.find((one) => one.rule === "telemetry-clone" && Number(one.cause) <= toUs);
  const cause = before?.cause ?? String(fromUs);
  const atUs = before?.atUs ?? Math.min(toUs, process.lastReceivedAtMs * 1000);
  yield {
    suspicion: cloneSuspicion({
      name: process.name,
      fromUs: Math.min(fromUs, Number(cause)),
      toUs,
      cause,
      atUs,
    }),
    told: { ...nothingMissing, rule: "telemetry-clone", cause, atUs, isOver: false },
  };
}
