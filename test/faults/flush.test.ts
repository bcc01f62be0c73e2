/**
 * Goal: what is held back is judged once its partition is quiet, whatever comes between: a claim of our own that took
 * effect late, another worker, records that wait in the log.
 */
import { expect, test } from "@jest/globals";
import { detectHandler } from "../../detector/roles/detect-handler.ts";
import { recordOf, workerOn } from "../support/held-log.ts";
import { partition } from "../support/worker.ts";
import { memoryStore, noFault, type StoreContent } from "../support/memory.ts";

const log = [10, 20, 30, 40].map((endedMs, nth) => recordOf(nth + 5, endedMs, [{ span: nth, endedMs }]));
const [first, last] = [log.slice(0, 3), log.slice(3)];

async function undisturbed(records: typeof log): Promise<StoreContent> {
  const memory = memoryStore();
  const worker = workerOn(memory);
  await worker.offer(records);
  await worker.flush();
  return memory.content();
}

/** A worker that holds back all that it was given, and was fenced since by a claim that nobody makes use of. */
async function fenced(): Promise<{
  readonly memory: ReturnType<typeof memoryStore>;
  readonly worker: ReturnType<typeof workerOn>;
}> {
  const memory = memoryStore();
  const worker = workerOn(memory);
  await worker.offer(first);
  await memory.store(noFault).claim(partition, 0, () => undefined);
  expect(await worker.flush()).toBe("fenced");
  expect(memory.content().actions).toEqual([]);
  return { memory, worker };
}

test("a flush that a late claim of our own fences keeps its records, and the next one stores them", async () => {
  const { memory, worker } = await fenced();
  expect(worker.isHolding()).toBe(true);
  expect(await worker.flush()).toBe(8);
  expect(worker.isHolding()).toBe(false);
  expect(memory.content()).toEqual(await undisturbed(first));
  expect(await worker.offer(last)).toBe(8);
});

test("records that come before the next flush are answered with fenced, once, and begin where the store stands", async () => {
  const { memory, worker } = await fenced();
  expect(await worker.offer(last)).toBe("fenced");
  expect(worker.isHolding()).toBe(false);
  expect(await worker.position()).toBe(5);
  await worker.offer(log);
  await worker.flush();
  expect(memory.content()).toEqual(await undisturbed(log));
});

test("a fenced flush is given up when another has read on", async () => {
  const { memory, worker } = await fenced();
  const other = workerOn(memory);
  await other.offer(log);
  await other.flush();
  expect(await worker.flush()).toBe("fenced");
  expect(worker.isHolding()).toBe(false);
  expect(await worker.offer(last)).toBe("fenced");
  expect(memory.content()).toEqual(await undisturbed(log));
});

test("a partition is quiet when nothing came for a while and nothing waits in the log", async () => {
  const memory = memoryStore();
  let nowMs = 0;
  const handler = detectHandler({
    newWorker: () => workerOn(memory),
    keepLoss: async () => undefined,
    elapsedMs: () => nowMs,
    idleMs: 500,
    pause: async (_attempt, error) => Promise.reject(error),
  });
  const [read, unread] = [async () => new Set([0]), async () => new Set<number>()];
  let asked = 0;
  const stored = (): number => memory.content().actions.length;
  await handler.handle(partition, first, () => false);
  await handler.tick(async () => ((asked += 1), read()));
  expect([asked, stored()]).toEqual([0, 0]);
  nowMs += 60_000;
  await handler.tick(unread);
  expect(stored()).toBe(0);
  // They come while the log is asked.
  await handler.tick(async () => (await handler.handle(partition, last, () => false), read()));
  expect(stored()).toBe(0);
  nowMs += 500;
  await handler.tick(read);
  expect(memory.content()).toEqual(await undisturbed(log));
});
