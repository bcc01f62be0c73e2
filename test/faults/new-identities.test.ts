/**
 * Goal: the quota of new identities is counted on exactly by whoever comes next.
 * Method: a log of one hour and the beginning of the next, read by one worker or by one for each record, into one store.
 */
import { expect, test } from "@jest/globals";
import { forgetfulWorker, recordOf } from "../support/flood.ts";
import { memoryStore, noFault, type StoreContent } from "../support/memory.ts";

const log = [
  recordOf(0, 0, "ci", ["agent:a", "agent:b"]),
  recordOf(1, 10, "", ["agent:c"]),
  recordOf(2, 20, "ci", ["agent:a", "agent:d"]),
  recordOf(3, 30, "ci", ["agent:e", "agent:b", "agent:f"]),
  recordOf(4, 40, "ci", ["agent:e", "agent:g", "agent:c"]),
  recordOf(5, 61, "ci", ["agent:e"]),
];

async function read(workers: number): Promise<{ content: StoreContent; unadmitted: readonly number[] }> {
  const { store, content } = memoryStore();
  const unadmitted: number[] = [];
  for (let from = 0; from < log.length; from += log.length / workers) {
    const worker = forgetfulWorker(store(noFault), 3, (count) => unadmitted.push(count));
    await worker.position();
    await worker.offer(log.slice(from, from + log.length / workers));
    worker.release();
  }
  return { content: content(), unadmitted };
}

test.each([1, 2, 6])("%s workers, one after the other, count as one that reads it all", async (workers) => {
  const { content, unadmitted } = await read(workers);
  // Of `ci` a, b and d are let in before ten; e, f and g are not, and e is at eleven.
  expect(unadmitted).toEqual([0, 0, 0, 2, 2, 0]);
  expect(content.findings.map((row): unknown => JSON.parse(row))).toMatchObject([
    { rule: "identity-flood", identityId: "agent:e", why: { source: "ci", newIdentities: 3 } },
  ]);
  const keys = content.states.map((row) => row.slice(0, row.indexOf("=")));
  expect(keys).toEqual([
    "\0\0default",
    "\0default\0",
    "\0default\0ci",
    ...["a", "b", "c", "d", "e"].map((letter) => `default\0agent:${letter}`),
  ]);
  expect(content).toEqual((await read(1)).content);
});
