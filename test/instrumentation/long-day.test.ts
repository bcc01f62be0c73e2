/**
 * Goal: a day with a broken receiver costs the host a bounded amount of memory, and no span is lost uncounted.
 * Method: a day of a fake clock, ten spans a second, against a sink that fails in all ways in turn.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { type Answerable, record, start } from "../../instrumentation/index.ts";
import type { Sent } from "../../instrumentation/emit/sink.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
let answerable: Answerable | undefined;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "performance"] });
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  jest.useRealTimers();
  await answerable?.stop();
  process.off("unhandledRejection", note);
});

const minuteMs = 60_000;

/** What a request of this minute ends in; a sink may also never answer, for as long as it likes. */
function answerIn(minute: number): () => Promise<Sent> {
  const kinds: (() => Promise<Sent>)[] = [
    () => Promise.resolve("later"),
    () => Promise.reject(new Error("sink")),
    () => new Promise((resolve) => setTimeout(() => resolve("later"), 30 * minuteMs).unref()),
    () => Promise.resolve("refused"),
    () => {
      throw new Error("sink");
    },
  ];
  return kinds[Math.floor(minute / 120) % kinds.length]!;
}

test("after a day with a broken receiver the memory is what it was after an hour, and each span is accounted for", async () => {
  let minute = 0;
  const send = (): Promise<Sent> => answerIn(minute)();
  answerable = start({
    exporter: { name: "broken", trouble: undefined, send },
    limits: { queueSpansMax: 2000, exitMs: 1 },
  });
  let afterAnHour = 0;
  for (; minute < 24 * 60; minute += 1) {
    for (let nth = 0; nth < 600; nth += 1)
      record(
        { kind: nth % 20 === 0 ? "exec" : "tool_call", name: "t", resource: { id: `r${nth}`, kind: "x" } },
        () => nth,
      );
    await jest.advanceTimersByTimeAsync(minuteMs);
    const { taken, sent, refused, dropped, waiting } = answerable.stats();
    expect(sent + refused + dropped.low + dropped.high + waiting).toBe(taken);
    expect(waiting).toBeLessThanOrEqual(2000 + 2 * 512);
    if (minute === 60) afterAnHour = heapBytes();
  }
  expect(heapBytes() - afterAnHour).toBeLessThan(8 * 1024 * 1024);
  expect(unhandled).toEqual([]);
}, 120_000);
