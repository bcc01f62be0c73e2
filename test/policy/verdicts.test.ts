/** Goal: verdicts of people move a threshold, within bounds, from their place in the log on. Method: logs of verdicts by name. */
import { describe, expect, test } from "@jest/globals";
import { shiftLeastBits, thresholdShift } from "../../policy/verdicts.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { bookSaying, judgedAs } from "../support/loud.ts";

const all = Number.MAX_SAFE_INTEGER;
const many = (verdict: "benign" | "abuse", count: number, identityId?: string): ControlRecord[] =>
  Array.from({ length: count }, (_, nth) =>
    judgedAs(verdict, `${verdict[0]}${nth}`, identityId === undefined ? {} : { identityId }),
  );
const shift = (log: readonly ControlRecord[], identityId = "agent:triage", control = all): number =>
  thresholdShift(bookSaying(...log).of("default"), "loud", "heard", identityId, control);

describe("a threshold", () => {
  test.each([
    { name: "stays where nobody said anything", log: [], own: 0, others: 0 },
    {
      name: "rises by what was benign, most of all for that identity",
      log: many("benign", 1),
      own: 0.6,
      others: 0.1,
    },
    { name: "rises to its bounds and no further", log: many("benign", 200), own: 3, others: 1 },
    { name: "falls by what was abuse", log: many("abuse", 1), own: -0.6, others: -0.1 },
    { name: "falls to its bounds and no further", log: many("abuse", 200), own: -1.5, others: -0.5 },
    {
      name: "stays where something was set up wrongly",
      log: [judgedAs("misconfiguration", "a")],
      own: 0,
      others: 0,
    },
    {
      name: "counts one finding once, as it was judged last",
      log: [judgedAs("benign", "a"), judgedAs("benign", "a"), judgedAs("abuse", "a")],
      own: -0.6,
      others: -0.1,
    },
    {
      name: "comes down from its bound with the first verdict of abuse",
      log: [...many("benign", 100), judgedAs("abuse", "x")],
      own: 2.4,
      others: 0.9,
    },
  ])("$name", ({ log, own, others }) => {
    expect(shift(log)).toBeCloseTo(own, 10);
    expect(shift(log, "agent:other")).toBeCloseTo(others, 10);
  });

  test("moves from the place of the log on where the verdict stands", () => {
    const log = many("benign", 3);
    expect([0, 1, 2, 3].map((control) => shift(log, "agent:triage", control))).toEqual([0, 0.6, 1.2, 1.8]);
  });

  test("of another rule, signal or tenant stays", () => {
    const log = many("benign", 9);
    const book = bookSaying(...log);
    expect(thresholdShift(book.of("default"), "other", "heard", "agent:triage", all)).toBe(0);
    expect(thresholdShift(book.of("default"), "loud", "other", "agent:triage", all)).toBe(0);
    expect(thresholdShift(book.of("acme"), "loud", "heard", "agent:triage", all)).toBe(0);
  });

  test("never falls below what a detector looks at", () => {
    expect(shift(many("abuse", 100))).toBe(shiftLeastBits);
  });
});
