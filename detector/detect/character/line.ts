import type { SessionScores } from "../../learn/character/session-scores.ts";
import { line as lowest } from "./weights.ts";

/** At most so many of an honest identity's sessions may be told of: one in twenty. */
export const falseAlarmBudget = 0.05;
/** The line never rises above this, or the gravest would be missed with the rest. */
const highest = 10;
/** Sessions before the line may rise: of fewer nothing is known. */
const sessionsMin = 32;

/** From how many bits on an action is told of, so that the false alarms to be expected of this identity stay within the budget. */
export function lineOf(scores: SessionScores): number {
  let line = lowest;
  if (scores.sessions < sessionsMin) return line;
  while (line < highest && scores.alarms(line) > falseAlarmBudget) line += 0.5;
  return line;
}
