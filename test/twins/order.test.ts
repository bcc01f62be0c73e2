/**
 * Goal: the order of judging is the defined one, wherever the log is cut.
 * Method: generated logs, in which clocks, numbers and orders of arrival are anything, are run over in chunks, and by a
 * twin that looks at everything each time.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { released } from "../support/released.ts";
import { orderTwin } from "./order.ts";

const anyAction = fc.record({
  endedMs: fc.oneof(
    { weight: 9, arbitrary: fc.nat({ max: 40 }).map((tens) => tens * 100) },
    { weight: 3, arbitrary: fc.nat({ max: 4_000 }) },
    { weight: 1, arbitrary: fc.constant(400_000) },
  ),
  client: fc.constantFrom("a", "a", "a", "b"),
  process: fc.constantFrom("", "p", "p", "p", "q"),
  seq: fc.integer({ min: -1, max: 12 }),
});

/** The log takes all at once, or one after the other, or its clock goes anyhow. */
const anyLog = fc
  .record({
    clock: fc.constantFrom("still", "steady", "any"),
    records: fc.array(
      fc.record({ takenMs: fc.nat({ max: 6_000 }), actions: fc.array(anyAction, { maxLength: 4 }) }),
      { minLength: 1, maxLength: 20 },
    ),
  })
  .map(({ clock, records }) => {
    let id = 0;
    return records.map(({ takenMs, actions }, nth) => ({
      takenMs: clock === "still" ? 0 : clock === "steady" ? nth * 150 : takenMs,
      // Ids in no order of anything.
      actions: actions.map((one) => ({ ...one, id: ((id += 1) * 7_919) % 1_009 })),
    }));
  });

test("is the order that is defined, in one chunk or in many", () => {
  fc.assert(
    fc.property(
      anyLog,
      fc.constantFrom(0, 500, 2000),
      fc.array(fc.nat({ max: 20 }), { maxLength: 6 }),
      fc.boolean(),
      (log, windowMs, cuts, flushes) => {
        const twin = orderTwin(log, windowMs, flushes);
        expect(released(log, windowMs, [], flushes)).toMatchObject(twin);
        expect(released(log, windowMs, cuts, flushes)).toMatchObject(twin);
      },
    ),
    { numRuns: 1000 },
  );
});
