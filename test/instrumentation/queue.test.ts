import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Entry } from "../../instrumentation/emit/finished-span.ts";
import { SpanQueue } from "../../instrumentation/emit/queue.ts";
import { finished, urgent } from "../support/own-spans.ts";

const all = { spansMax: 1000, bytesMax: 1e9 };
const numbers = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq);

describe("the queue", () => {
  test("gives what is of high risk first, each in its order", () => {
    const queue = new SpanQueue({ spansMax: 10, bytesMax: 1e9 });
    for (const attributes of [{}, urgent, {}, urgent]) queue.push(finished(attributes));
    expect(numbers(queue.take(all))).toEqual([1, 3, 0, 2]);
  });

  test("drops the oldest of low risk first, and of high risk only when there is nothing else", () => {
    const queue = new SpanQueue({ spansMax: 2, bytesMax: 1e9 });
    for (const attributes of [{}, urgent, {}, urgent]) queue.push(finished(attributes));
    expect(queue.dropped).toEqual({ low: 2, high: 0 });
    queue.push(finished(urgent));
    expect(queue.dropped).toEqual({ low: 2, high: 1 });
    // Numbers that are missing are the spans that were dropped.
    expect(numbers(queue.take(all))).toEqual([3, 4]);
  });

  test("is bounded by what spans hold, too", () => {
    const queue = new SpanQueue({ spansMax: 1000, bytesMax: 100_000 });
    for (let nth = 0; nth < 50; nth += 1) queue.push(finished({ "nhi.resource.id": "x".repeat(10_000) }));
    expect(queue.length).toBeLessThan(10);
    expect(queue.length + queue.dropped.low).toBe(50);
  });

  test("a span that is larger than a request goes alone, and none waits behind it forever", () => {
    const queue = new SpanQueue({ spansMax: 100, bytesMax: 1e9 });
    for (const size of [1, 50_000, 1]) queue.push(finished({ "nhi.task.id": "x".repeat(size) }));
    const limit = { spansMax: 10, bytesMax: 10_000 };
    expect([queue.take(limit), queue.take(limit), queue.take(limit)].map(numbers)).toEqual([[0], [1], [2]]);
  });

  test("takes nothing more once it is closed", () => {
    const queue = new SpanQueue({ spansMax: 2, bytesMax: 1e9 });
    queue.close();
    queue.push(finished());
    expect([queue.taken, queue.waiting]).toEqual([0, 0]);
  });

  test("whatever happens, taken = settled + dropped + waiting, and it is bounded", () => {
    const step = fc.oneof(
      fc.record({ what: fc.constantFrom("push", "pushUrgent"), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({
        what: fc.constantFrom("take", "takeUrgent", "settle", "putBack"),
        count: fc.integer({ min: 1, max: 12 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 40 }), (steps, spansMax) => {
        const queue = new SpanQueue({ spansMax, bytesMax: 1e9 });
        const out: Entry[][] = [];
        const settled: number[] = [];
        for (const { what, count } of steps) {
          if (what === "push" || what === "pushUrgent")
            for (let nth = 0; nth < count; nth += 1) queue.push(finished(what === "push" ? {} : urgent));
          else if (what === "take" || what === "takeUrgent")
            out.push(queue.take({ spansMax: count, bytesMax: 1e9, urgentOnly: what === "takeUrgent" }));
          else {
            const entries = out.shift() ?? [];
            if (what === "putBack") queue.putBack(entries);
            else {
              queue.settle(entries);
              settled.push(...numbers(entries));
            }
          }
          const { low, high } = queue.dropped;
          expect(queue.length).toBeLessThanOrEqual(spansMax);
          expect(settled.length + low + high + queue.waiting).toBe(queue.taken);
          expect(queue.waiting).toBe(queue.length + out.flat().length);
        }
        // Nothing was given twice.
        expect(new Set(settled).size).toBe(settled.length);
      }),
    );
  });
});
