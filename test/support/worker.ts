/** A worker of a test: room for all, no window, the grants and rules of the generated logs. A test names what it is about. */
import { defaultLimits } from "../../detector/decode/index.ts";
import { outsideGrant } from "../../detector/detect/outside-grant.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import {
  type PartitionWorker,
  partitionWorker,
  type WorkerOptions,
} from "../../detector/stream/partition-worker.ts";
import { book, everyThird } from "./fault-log.ts";
import { type MemoryStore, stillControl } from "./memory.ts";

export const partition = { topic: "nhi.spans", partition: 0 };
const attributor = shippedAttributor();

export function workerOf(store: MemoryStore, changes: Partial<WorkerOptions> = {}): PartitionWorker {
  return partitionWorker(partition, {
    store,
    deadLetters: store,
    standings: store,
    control: stillControl(book(), 1),
    attributor,
    detectors: [outsideGrant, everyThird],
    limits: defaultLimits,
    recordsMax: 100,
    bytesMax: 1_000_000,
    windowUs: 0,
    stateBudget: { bytesMax: 1_000_000, bytes: 0 },
    statesReadyMax: 100,
    newPerHourMax: 0,
    ...changes,
  });
}
