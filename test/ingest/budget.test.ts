import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createBudget } from "../../detector/ingest/budget.ts";

test("one client alone gets half, and whoever asks for little gets in all the same", () => {
  const budget = createBudget(100);
  expect(budget.take("greedy", 50)).toBeUndefined();
  expect(budget.take("greedy", 1)).toBe("client_share");
  expect(budget.take("modest", 25)).toBeUndefined();
  expect(budget.take("modest", 1)).toBe("client_share");
  expect(budget.take("third", 16)).toBeUndefined();
  expect(budget.take("fourth", 10)).toBe("in_flight");
  budget.give("greedy", 50);
  expect(budget.take("fourth", 10)).toBeUndefined();
});

test("whatever is asked and given back, never more is held than the limit, and all of it comes back", () => {
  const asks = fc.array(fc.record({ client: fc.constantFrom("a", "b", "c"), bytes: fc.nat(60) }));
  fc.assert(
    fc.property(asks, (wanted) => {
      const budget = createBudget(100);
      const taken = wanted.filter(({ client, bytes }) => budget.take(client, bytes) === undefined);
      expect(budget.usedBytes()).toBe(taken.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(budget.usedBytes()).toBeLessThanOrEqual(100);
      for (const { client, bytes } of taken) budget.give(client, bytes);
      expect(budget.usedBytes()).toBe(0);
      expect(budget.take("a", 50)).toBeUndefined();
    }),
  );
});
