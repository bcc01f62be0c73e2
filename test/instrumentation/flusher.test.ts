import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { Backoff } from "../../instrumentation/emit/backoff.ts";
import { Flusher, type FlushOptions } from "../../instrumentation/emit/flusher.ts";
import { leaving } from "../../instrumentation/emit/leaving.ts";
import { SpanQueue } from "../../instrumentation/emit/queue.ts";
import type { Sent, SpanSink } from "../../instrumentation/emit/sink.ts";
import { finished, redactor, scriptedSink, seqsOf, urgent } from "../support/own-spans.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const options: FlushOptions = {
  flushMs: 250,
  urgentFlushMs: 50,
  batchMax: 4,
  exitMs: 2000,
  ready: Promise.resolve(),
  jitter: () => 1,
};

function world(
  sink: SpanSink,
  more: Partial<FlushOptions> = {},
  spansMax = 100,
): { queue: SpanQueue; flusher: Flusher } {
  const queue = new SpanQueue({ spansMax, bytesMax: 1e9 });
  const leave = leaving({
    redactor,
    dropped: () => queue.dropped.low + queue.dropped.high,
    process: () => ({}),
    self: () => undefined,
  });
  return { queue, flusher: new Flusher(queue, sink, leave, { ...options, ...more }) };
}

const never = (): Promise<Sent> => new Promise(() => undefined);
const after = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe("the flusher", () => {
  test("waits for company, and sends what came together as one", async () => {
    const sink = scriptedSink();
    const { queue } = world(sink);
    queue.push(finished());
    await after(100);
    queue.push(finished());
    await after(149);
    expect(sink.batches).toHaveLength(0);
    await after(1);
    expect(sink.batches.map(seqsOf)).toEqual([[0, 1]]);
  });

  test("what is of high risk leaves after 50 ms, even while a slow receiver keeps another request", async () => {
    const sink = scriptedSink((nth) => (nth === 0 ? never() : "sent"));
    const { queue } = world(sink);
    queue.push(finished());
    await after(250);
    expect(sink.batches).toHaveLength(1);
    queue.push(finished());
    queue.push(finished(urgent));
    await after(50);
    expect(sink.batches.map(seqsOf)).toEqual([[0], [2]]);
  });

  test("loses nothing that is to be tried again, waits longer each time, and as long as it was asked", async () => {
    const sink = scriptedSink((nth) => (nth < 4 ? "later" : "sent"));
    const asked = { ...sink, pauseMs: undefined as number | undefined };
    const { queue, flusher } = world(asked);
    queue.push(finished());
    for (const [ms, requests] of [
      [250, 1],
      [499, 1],
      [1, 2],
      [999, 2],
      [1, 3],
    ] as const) {
      await after(ms);
      expect(sink.batches).toHaveLength(requests);
    }
    asked.pauseMs = 60_000;
    await after(2000);
    expect(sink.batches).toHaveLength(4);
    await after(59_999);
    expect(sink.batches).toHaveLength(4);
    await after(1);
    expect(sink.taken).toHaveLength(1);
    expect(flusher.counts).toEqual({ sent: 1, refused: 0 });
  });

  test("what is refused is counted, and what follows is sent", async () => {
    const sink = scriptedSink((nth) => (nth === 0 ? "refused" : "sent"));
    const { queue, flusher } = world(sink);
    for (let nth = 0; nth < 6; nth += 1) queue.push(finished());
    await flusher.flush();
    expect(flusher.counts).toEqual({ sent: 2, refused: 4 });
    expect(queue.waiting).toBe(0);
  });

  test.each<{ name: string; send: SpanSink["send"] }>([
    {
      name: "throws",
      send: () => {
        throw new Error("sink");
      },
    },
    { name: "rejects", send: () => Promise.reject(new Error("sink")) },
    { name: "gives nothing", send: (() => undefined) as unknown as SpanSink["send"] },
  ])("a sink that $name loses nothing and throws nothing", async ({ send }) => {
    const { queue, flusher } = world({ name: "broken", trouble: undefined, send });
    queue.push(finished());
    await flusher.flush();
    await after(10_000);
    expect([queue.taken, queue.waiting, flusher.counts.sent]).toEqual([1, 1, 0]);
  });

  test("a span that can't be made ready costs itself alone", async () => {
    const sink = scriptedSink();
    const { queue, flusher } = world(sink);
    queue.push(finished());
    const hostile = finished();
    Object.defineProperty(hostile, "status", {
      get: () => {
        throw new Error("getter");
      },
    });
    queue.push(hostile);
    await flusher.flush();
    expect(flusher.counts).toEqual({ sent: 1, refused: 1 });
    expect(queue.waiting).toBe(0);
  });

  test("a batch says how many were dropped by then", async () => {
    const sink = scriptedSink();
    const { queue, flusher } = world(sink, {}, 3);
    for (let nth = 0; nth < 5; nth += 1) queue.push(finished());
    await flusher.flush();
    expect(sink.batches[0]?.map(({ attributes }) => attributes)).toEqual([
      { "nhi.seq": 2, "nhi.dropped": 2 },
      { "nhi.seq": 3 },
      { "nhi.seq": 4 },
    ]);
  });

  test("flush comes to an end while spans keep coming", async () => {
    const sink = scriptedSink();
    const { queue, flusher } = world({
      ...sink,
      send: (spans) => {
        queue.push(finished());
        return sink.send(spans);
      },
    });
    queue.push(finished());
    await flusher.flush();
    expect(sink.batches).toHaveLength(1);
    await after(250);
    expect(sink.batches).toHaveLength(2);
  });

  test("the end of the process waits for nobody longer than it may, and for the identity half of that", async () => {
    const silent = world(scriptedSink(never));
    silent.queue.push(finished());
    const over = silent.flusher.last();
    await after(2000);
    await over;

    const sink = scriptedSink();
    const unknown = world(sink, { ready: new Promise(() => undefined) });
    unknown.queue.push(finished());
    const last = unknown.flusher.last();
    await after(1000);
    await last;
    expect(sink.taken).toHaveLength(1);
  });

  test("the end of the process is tried once for the same spans", async () => {
    const sink = scriptedSink(() => "later");
    const { queue, flusher } = world(sink);
    queue.push(finished());
    await flusher.last();
    await flusher.last();
    expect(sink.batches).toHaveLength(1);
  });

  test("what it does belongs to no request of the host", async () => {
    jest.useRealTimers();
    const requests = new AsyncLocalStorage<string>();
    const seen = new Promise((resolve) => {
      const { queue } = world({
        name: "s",
        trouble: undefined,
        send: () => {
          resolve(requests.getStore());
          return Promise.resolve("sent");
        },
      });
      requests.run("of the host", () => queue.push(finished(urgent)));
    });
    expect(await seen).toBeUndefined();
  });

  test("whatever a receiver answers, taken = sent + refused + dropped + waiting at all times", async () => {
    const answers = fc.array(fc.constantFrom<Sent>("sent", "later", "refused"), { maxLength: 30 });
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2000 })), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(answers, steps, async (told, rounds) => {
        const sink = scriptedSink((nth) => told[nth] ?? "sent");
        const { queue, flusher } = world(sink, {}, 25);
        const balance = (): void => {
          const { sent, refused } = flusher.counts;
          const { low, high } = queue.dropped;
          expect(sent + refused + low + high + queue.waiting).toBe(queue.taken);
        };
        for (const [spans, ms] of rounds) {
          for (let nth = 0; nth < spans; nth += 1) queue.push(finished(nth % 5 === 0 ? urgent : {}));
          balance();
          await after(ms);
          balance();
        }
        await after(40 * 30_000);
        balance();
        expect(queue.waiting).toBe(0);
        const arrived = seqsOf(sink.taken);
        expect(new Set(arrived).size).toBe(arrived.length);
      }),
      { numRuns: 50 },
    );
  });
});

test("pauses grow to half a minute, are spread, and no receiver can ask for more than five", () => {
  const backoff = new Backoff(() => 0.5);
  const pauses = Array.from({ length: 9 }, () => {
    backoff.failed();
    return backoff.pauseMs;
  });
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  backoff.failed(1e12);
  expect(backoff.pauseMs).toBe(300_000);
  backoff.failed(Number.NaN);
  expect(backoff.pauseMs).toBe(300_000);
  backoff.over();
  expect(backoff.pauseMs).toBe(0);
});
