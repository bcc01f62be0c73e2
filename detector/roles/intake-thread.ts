/** The thread on which large requests are decoded and split, so that the one that answers senders is never held up. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import type { IntakeOptions } from "../stream/intake.ts";
import type { Asked, Told } from "./intake-pool.ts";
import { shippedAttributor } from "./package-files.ts";
import { take } from "./take.ts";

const limits: Omit<IntakeOptions, "attributor"> = workerData;
const options: IntakeOptions = { ...limits, attributor: shippedAttributor() };

/**
 * What a large request leaves behind is let go at once: nobody waits on this thread, and it would otherwise lie there
 * until as much again had come.
 */
const tidyFromBytes = 1024 * 1024;
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

parentPort?.on("message", (asked: Asked) => {
  answer(asked);
  if (asked.batch.body.length >= tidyFromBytes) setImmediate(collectGarbage);
});

function answer({ id, batch }: Asked): void {
  const taken = take(batch, options);
  if (!taken.ok) {
    tell({ id, taken, values: new Uint8Array(0), ends: [] });
    return;
  }
  // One buffer that changes hands: a message with a thousand small ones would copy them all.
  const values = new Uint8Array(taken.records.reduce((sum, { value }) => sum + value.length, 0));
  const ends: number[] = [];
  let end = 0;
  for (const { value } of taken.records) {
    values.set(value, end);
    end += value.length;
    ends.push(end);
  }
  const records = taken.records.map(({ key, headers }) => ({ key, headers, value: new Uint8Array(0) }));
  tell({ id, taken: { ...taken, records }, values, ends });
}

function tell(told: Told): void {
  parentPort?.postMessage(told, [told.values.buffer]);
}
