/**
 * Goal: a storm is counted on exactly by whoever comes next.
 * Method: a log of two hours in which many speak, read by one worker or by one for each few records, into one store; no worker
 * holds anything from one chunk to the next.
 */
import { expect, test } from "@jest/globals";
import { recordOf } from "../support/flood.ts";
import { loud } from "../support/loud.ts";
import { memoryStore, noFault, stillControl, type StoreContent } from "../support/memory.ts";
import { workerOf } from "../support/worker.ts";

const some = (from: number): string[] =>
  Array.from({ length: 10 }, (_, nth) => `agent:${String(from + nth)}`);
const log = Array.from({ length: 12 }, (_, nth) =>
  recordOf(nth, nth < 8 ? nth : 60 + nth, "ci", some((nth % 3) * 10)),
);

async function read(workers: number): Promise<StoreContent> {
  const { store, content } = memoryStore();
  for (let from = 0; from < log.length; from += log.length / workers) {
    const worker = workerOf(store(noFault), {
      control: stillControl(),
      detectors: [loud()],
      recordsMax: 1,
      stateBudget: { bytesMax: 0, bytes: 0 },
      statesReadyMax: 0,
    });
    await worker.position();
    await worker.offer(log.slice(from, from + log.length / workers));
    worker.release();
  }
  return content();
}

test.each([1, 3, 12])(
  "%s workers, one after the other, hide what one that reads it all hides",
  async (workers) => {
    const content = await read(workers);
    const findings = content.findings.map((row) => JSON.parse(row) as { rule: string; hidden?: object });
    expect(findings.filter(({ rule }) => rule === "detector-storm")).toHaveLength(1);
    // Of the eighty of the first hour fifty-one are said; all of the forty after it.
    expect(findings.filter(({ hidden }) => hidden !== undefined)).toHaveLength(29);
    expect(content).toEqual(await read(1));
  },
);
