/** What must stop is told when its record comes, while its action is still held back; once, and the same as its row says then. */
import { expect, test } from "@jest/globals";
import { book } from "../support/fault-log.ts";
import { recordOf, windowMs } from "../support/held-log.ts";
import { memoryStore, noFault, stillControl } from "../support/memory.ts";
import { workerOf } from "../support/worker.ts";

const violation = recordOf(5, 10, [{ span: 0, endedMs: 10 }]);
const harmless = recordOf(6, 20, [{ span: 1, endedMs: 20 }]);

function held(answered: "all" | "none") {
  const memory = memoryStore();
  const control = stillControl(book(answered), 1);
  return { memory, worker: workerOf(memory.store(noFault), { windowUs: windowMs * 1000, control }) };
}

test("an action that is held back is answered already, and not again in its turn", async () => {
  const { memory, worker } = held("all");
  await worker.offer([violation, harmless]);
  expect(worker.isHolding()).toBe(true);
  const early = memory.content();
  expect(early.actions).toEqual([]);
  expect(early.standings.map((one) => JSON.parse(one) as unknown)).toContainEqual(
    expect.objectContaining({ author: "playbook:pause", standing: "paused" }),
  );
  await worker.flush();
  const { actions, responses, standings } = memory.content();
  expect(actions).toHaveLength(2);
  expect(responses.some((one) => one.includes('"playbookId":"pause"'))).toBe(true);
  expect(standings).toEqual(expect.arrayContaining([...early.standings]));
});

test("nobody is stopped early where no playbook stands", async () => {
  const { memory, worker } = held("none");
  await worker.offer([violation]);
  expect(memory.content().standings).toEqual([]);
});
