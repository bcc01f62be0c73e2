import { describe, expect, test } from "@jest/globals";
import { attemptsMax, nextStep, retryAfterMaxMs } from "../../detector/alert/next-step.ts";
import type { HttpAnswer } from "../../detector/alert/sender.ts";

const nowMs = Date.parse("2026-02-02T00:00:00Z");

function answered(status: number, retryAfter?: string): HttpAnswer {
  return { kind: "answered", status, retryAfter };
}

describe("the schedule", () => {
  test("waits 5, 15, 30, 60, 120, 300 and then always 300 seconds", () => {
    const waits = Array.from(
      { length: 9 },
      (_, at) => (nextStep(answered(500), at + 1, nowMs).nextAtMs - nowMs) / 1000,
    );
    expect(waits).toEqual([5, 15, 30, 60, 120, 300, 300, 300, 300]);
  });

  test("ends with the last attempt that begins within six hours", () => {
    let atMs = nowMs;
    let attempt = 1;
    for (
      let step = nextStep(answered(500), attempt, atMs);
      step.outcome === "failed";
      step = nextStep(answered(500), attempt, atMs)
    ) {
      atMs = step.nextAtMs;
      attempt += 1;
    }
    expect(attempt).toBe(attemptsMax);
    expect((atMs - nowMs) / 3_600_000).toBeLessThanOrEqual(6);
    expect((atMs - nowMs) / 3_600_000).toBeGreaterThan(5.9);
  });
});

test.each([
  { name: "200", answer: answered(200), outcome: "delivered", waitS: 0 },
  { name: "204", answer: answered(204), outcome: "delivered", waitS: 0 },
  { name: "a redirect is a failure", answer: answered(302), outcome: "failed", waitS: 5 },
  { name: "400", answer: answered(400), outcome: "failed", waitS: 5 },
  { name: "410 ends it", answer: answered(410), outcome: "abandoned", waitS: 0 },
  { name: "429 without a wish", answer: answered(429), outcome: "failed", waitS: 5 },
  { name: "429 with seconds", answer: answered(429, "40"), outcome: "failed", waitS: 40 },
  { name: "429 with less than the schedule", answer: answered(429, "1"), outcome: "failed", waitS: 5 },
  {
    name: "503 with a date",
    answer: answered(503, "Mon, 02 Feb 2026 00:01:30 GMT"),
    outcome: "failed",
    waitS: 90,
  },
  { name: "503 with nonsense", answer: answered(503, "soon"), outcome: "failed", waitS: 5 },
  {
    name: "503 with a week",
    answer: answered(503, "604800"),
    outcome: "failed",
    waitS: retryAfterMaxMs / 1000,
  },
  { name: "500 may not ask", answer: answered(500, "40"), outcome: "failed", waitS: 5 },
  {
    name: "no answer",
    answer: { kind: "failed", reason: "ECONNREFUSED" } as const,
    outcome: "failed",
    waitS: 5,
  },
])("$name", ({ answer, outcome, waitS }) => {
  const step = nextStep(answer, 1, nowMs);
  expect(step.outcome).toBe(outcome);
  expect(step.nextAtMs).toBe(waitS === 0 ? 0 : nowMs + waitS * 1000);
});
