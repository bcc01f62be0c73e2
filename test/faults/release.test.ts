/**
 * Goal: a worker that is let go of in the middle of its work, as a rebalance does, spoils nothing for its successor and
 * keeps nothing of the budget.
 * Method: release it at every single awaited call, before the call takes effect, and let another go on.
 */
import { expect, test } from "@jest/globals";
import type { StateBudget } from "../../detector/learn/identity-states.ts";
import type { PartitionWorker } from "../../detector/stream/partition-worker.ts";
import { book, logOf } from "../support/fault-log.ts";
import {
  Crash,
  memoryStore,
  type MemoryStore,
  noFault,
  type StoreContent,
  stillControl,
} from "../support/memory.ts";
import { workerOf } from "../support/worker.ts";

/** From offset 0 on, where a plan without records looks like no plan at all. */
const log = logOf(
  (["read", "delete", "write", "delete", "delete"] as const).map((operation, minute) => [
    {
      identity: minute % 2 === 0 ? "agent:a" : "agent:b",
      span: minute + 1,
      operation,
      minute,
      isAction: true,
    },
  ]),
).map((record, offset) => ({ ...record, offset }));

/** A worker that tells of each awaited call. */
function workerOn(reached: MemoryStore, stateBudget: StateBudget, watch: () => void): PartitionWorker {
  const control = stillControl(book(), 1);
  return workerOf(reached, {
    control: {
      head: () => (watch(), control.head()),
      book: (position) => (watch(), control.book(position)),
    },
    recordsMax: 2,
    stateBudget,
    statesReadyMax: 10,
  });
}

/** Runs the log; `onCall` is told of each awaited call of the first worker. */
async function run(onCall: (call: number, worker: PartitionWorker) => void): Promise<{
  readonly content: StoreContent;
  readonly calls: number;
  readonly heldBytes: number;
}> {
  const { store, content } = memoryStore();
  const budget = { bytesMax: 1_000_000, bytes: 0 };
  let calls = 0;
  const watch = (): void => {
    onCall(calls, first);
    calls += 1;
  };
  const first = workerOn(
    store(() => (watch(), "none")),
    budget,
    watch,
  );
  await first.position();
  await first.offer(log);
  first.release();
  const second = workerOn(store(noFault), budget, () => undefined);
  const position = (await second.position()) ?? 0;
  await second.offer(log.filter(({ offset }) => offset >= position));
  second.release();
  return { content: content(), calls, heldBytes: budget.bytes };
}

test("a worker that is released at any awaited call leaves the rows of an undisturbed run", async () => {
  const calm = await run(() => undefined);
  expect(calm).toMatchObject({ heldBytes: 0, content: { position: log.length } });
  expect(calm.content.findings.length).toBeGreaterThan(1);
  for (let call = 0; call < calm.calls; call += 1) {
    const { content, heldBytes } = await run((at, worker) => {
      if (at === call) worker.release();
    });
    expect({ call, content, heldBytes }).toEqual({ call, content: calm.content, heldBytes: 0 });
  }
});

test("a partition whose take-over fails after its states were read keeps nothing of the budget", async () => {
  const { store } = memoryStore();
  const budget = { bytesMax: 1_000_000, bytes: 0 };
  const first = workerOn(store(noFault), budget, () => undefined);
  await first.offer(log);
  const heldBytes = budget.bytes;
  first.release();
  const answers = ["after", "none"] as const;
  let call = 0;
  const second = workerOn(
    store(() => answers[call++] ?? "none"),
    budget,
    () => undefined,
  );
  await expect(second.position()).rejects.toThrow(Crash);
  expect(budget.bytes).toBe(0);
  expect(await second.position()).toBe(log.length);
  expect(budget.bytes).toBe(heldBytes);
});
