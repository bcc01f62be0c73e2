import { Config } from "../../detector/config/config.ts";
import { detectors } from "../../detector/detect/index.ts";
import { PolicyBook } from "../../policy/book.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { type Database, openDatabase } from "../../detector/store/clickhouse.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { partitionWorker, type PartitionWorker } from "../../detector/stream/partition-worker.ts";
import type { DetectStore, LogRecord } from "../../detector/stream/ports.ts";
import { grant } from "../agent-batch.ts";

export const partition = { topic: "nhi.spans", partition: 0 };

/** The engine of one partition, as the role `detect` runs it, and what it holds. */
export interface BenchEngine {
  readonly worker: PartitionWorker;
  /** Of the states held after the last chunk. */
  held(): { readonly identities: number; readonly bytes: number };
  /** Actions stored. */
  actions(): number;
}

/**
 * A worker with the settings that are shipped.
 *
 * @param newPerHourMax The quota of new identities, where it is to be another.
 */
export function engineOn(store: DetectStore, newPerHourMax?: number): BenchEngine {
  const config = Config.parse({});
  const book = new PolicyBook();
  const given = { kind: "grant_given", tenant: "default", author: grant.approver, atUs: 1, grant } as const;
  book.enter(0, given);
  let held = { identities: 0, bytes: 0 };
  let actions = 0;
  const worker = partitionWorker(partition, {
    store,
    standings: { set: async () => 0 },
    control: { head: async () => 1, book: async () => book },
    deadLetters: {
      put: async ([first]) => {
        throw new Error(`a span of the measurement can't be read: ${first?.message}`);
      },
    },
    attributor: shippedAttributor(),
    detectors,
    limits: config.limits,
    recordsMax: config.chunk.recordsMax,
    bytesMax: config.chunk.bytesMax,
    stateBudget: { bytesMax: config.state.bytesMax, bytes: 0 },
    statesReadyMax: config.state.readyMax,
    newPerHourMax: newPerHourMax ?? config.identities.newPerHourMax,
    windowUs: config.chunk.windowMs * 1000,
    onChunk: (_partition, _plan, counts, states) => {
      held = states;
      actions += counts.actions;
    },
  });
  return { worker, held: () => held, actions: () => actions };
}

/** Opens the store that a process of the measurement was told of. */
export function openBench(url: string, database: string): { database: Database; store: DetectStore } {
  const opened = openDatabase({ url, user: "default", password: "", database });
  return { database: opened, store: detectStore(opened, `bench-${process.pid}`) };
}

/** A record of the log. */
export const recordAt = (offset: number, value: Uint8Array, timestampMs: number): LogRecord => ({
  offset,
  key: "g0000",
  value,
  headers: {},
  timestampMs,
});
