/**
 * Goal: the line between quiet and alarm follows from the false alarms that honest sessions would have been.
 * Method: sessions are counted with the bits that each reached, and the line is asked for.
 */
import { expect, test } from "@jest/globals";
import { lineOf } from "../../detector/detect/character/line.ts";
import { SessionScores } from "../../detector/learn/character/session-scores.ts";

/** So many sessions of a known kind, of which every `nth` reached so many bits. */
function scoresOf(sessions: number, nth: number, bits: number): SessionScores {
  const scores = new SessionScores();
  for (let session = 0; session < sessions; session += 1) {
    scores.begin(false);
    if (session % nth === 0) scores.rise("known", 0, bits * 2);
  }
  return scores;
}

test.each([
  { name: "who never comes near it has the lowest", sessions: 60, nth: 100, bits: 3, line: 8 },
  { name: "one in ten above it raises it beyond them", sessions: 60, nth: 10, bits: 9, line: 9.5 },
  { name: "it never rises above ten", sessions: 60, nth: 2, bits: 15, line: 10 },
  { name: "thirty sessions say nothing yet", sessions: 30, nth: 2, bits: 9, line: 8 },
])("$name", ({ sessions, nth, bits, line }) => {
  expect(lineOf(scoresOf(sessions, nth, bits))).toBe(line);
});

test("sessions on new work count by how many there are", () => {
  const scores = new SessionScores();
  for (let session = 0; session < 60; session += 1) {
    scores.begin(session % 4 === 0);
    scores.rise("ifNew", 0, 18);
  }
  expect(scores.alarmsIfNew(9)).toBeGreaterThan(0.95);
  expect(scores.alarms(9)).toBeGreaterThan(0.2);
  expect(scores.alarms(9)).toBeLessThan(0.35);
  expect(lineOf(scores)).toBe(9.5);
});
