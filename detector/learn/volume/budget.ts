import { cusumLevel, zOf } from "./odds.ts";

/** False findings that all questions about volume together may bring, per identity and year. */
export const falsePerYear = 0.1;

/** Active days that make an anchor: four weeks, so that each weekday counts alike. */
export const anchorDays = 28;
/** Active days that a day waits before it may become part of an anchor; the fast baseline is those that wait. */
export const waitingDays = 7;
/** From so many days in the anchor on, a step is news. */
export const stepDays = 7;

/**
 * Questions that are asked a day: five measures in six ways (a step, a CUSUM, four spans), four of them by the hour as well, three kinds of
 * growth, two of times. Most of what moves one moves others, and all measures tell of one change: on steady identities they bring as many
 * false findings as this number of independent ones would. That is measured, not derived (`npm run eval:poisoning`).
 */
const independentQuestions = 8;

/** What one question may bring on one day: each gets the same share. */
export const falsePerDay = falsePerYear / 365 / independentQuestions;

/** How rare a single day must be. */
export const stepZ = zOf(falsePerDay);

/** What a day may lie above the anchor without adding to the CUSUM. */
export const slack = 1.5;
/** Where the CUSUM speaks. */
export const cusumMax = cusumLevel(falsePerDay, slack, anchorDays);
/** More than this a single day doesn't add, so that it takes at least two: a single one is a step's business. */
export const dayMax = slack + cusumMax / 2;

/** Numbers of days in a row that are looked at together, today the last; the longest is the fast baseline. */
export const spans = [2, 3, 4, waitingDays] as const;

/**
 * What the days of each span must add up to, each in standard deviations of one: their mean and the anchor's, which is as well but
 * measured, both vary.
 */
export const spanSums = spans.map(
  (span) => (zOf(falsePerDay) * span * Math.sqrt(1 / span + 1 / anchorDays)) / Math.sqrt(1 + 1 / anchorDays),
);
