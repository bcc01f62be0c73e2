/**
 * Goal: no bytes make the way from a request to stored rows throw or lose count: each span ends in exactly one sum.
 * Method: good requests, broken by their structure and by their bytes, go through `intake` and the partition worker into
 * a store in memory. `ANSWERABLE_TEST_FUZZ_RUNS=1000000` looks longer; a failure prints a line that repeats it.
 */
import { expect, test } from "@jest/globals";
import { defaultLimits } from "../../detector/decode/index.ts";
import { detectors } from "../../detector/detect/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { intake } from "../../detector/stream/intake.ts";
import { type PartitionWorker, partitionWorker } from "../../detector/stream/partition-worker.ts";
import type { ChunkCounts, DeadLetter, LogRecord } from "../../detector/stream/ports.ts";
import { fuzzFrom, fuzzRuns, hostileRequests, reproduction, seed } from "../support/hostile-requests.ts";
import { memoryStore, noFault, stillControl } from "../support/memory.ts";

const attributor = shippedAttributor();
const options = { attributor, limits: defaultLimits, recordBytesMax: 20_000 };
const sender = {
  tenant: "default",
  source: "fuzz",
  speaksFor: (id: string) => id !== "svc:c",
  proves: (id: string) => id === "agent:a",
};

/** All that can be said against a request or a span; a new word belongs here and into the documentation. */
const reasons = new Set([
  "malformed",
  "too_large",
  "too_many_spans",
  "nested_too_deep",
  "invalid_id",
  "invalid_time",
  "invalid_utf8",
  "too_many_attributes",
  "value_too_long",
  "identity_too_long",
  "identity_not_allowed",
]);

/** Mutations that share a store; what identities did before is part of what is tried. */
const perStore = 400;

const sums = { refused: 0, spans: 0, rejected: 0, actions: 0, noAction: 0, duplicates: 0, deadLettered: 0 };

test(`${fuzzRuns} mutations of good requests from seed ${seed}: none throws, every span is in one sum`, async () => {
  const hostile = hostileRequests();
  let engine = newEngine();
  for (let at = fuzzFrom; at < fuzzFrom + fuzzRuns; at += 1) {
    if (at % perStore === 0) {
      engine.close();
      engine = newEngine();
    }
    try {
      await through(engine, hostile(at), at);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const again = reproduction(Math.max(fuzzFrom, at - (at % perStore)), at, "test/hostile/fuzz");
      throw new Error(`${text}\nMutation ${at}; again with: ${again}`, { cause: error });
    }
  }
  engine.close();
  expect(sums.spans).toBe(sums.rejected + sums.actions + sums.noAction + sums.duplicates + sums.deadLettered);
  // Every end is met often, or the breaking is too weak to show anything; but for dead letters: what is taken can be read.
  const { deadLettered, ...met } = sums;
  expect(deadLettered).toBe(0);
  expect(Math.min(...Object.values(met))).toBeGreaterThanOrEqual(Math.floor(fuzzRuns / 200));
}, 3_600_000);

interface Engine {
  readonly worker: PartitionWorker;
  readonly chunks: ChunkCounts[];
  readonly letters: DeadLetter[];
  /** Compares what is in the store with what was counted. */
  readonly close: () => void;
}

function newEngine(): Engine {
  const { store, content } = memoryStore();
  const chunks: ChunkCounts[] = [];
  const letters: DeadLetter[] = [];
  const detectStore = store(noFault);
  let inserted = 0;
  const worker = partitionWorker(
    { topic: "nhi.spans", partition: 0 },
    {
      store: detectStore,
      standings: detectStore,
      deadLetters: { put: async (all) => void letters.push(...all) },
      control: stillControl(),
      attributor,
      detectors,
      limits: defaultLimits,
      windowUs: 0,
      stateBudget: { bytesMax: 64 * 1024 * 1024, bytes: 0 },
      statesReadyMax: 1000,
      newPerHourMax: 0,
      recordsMax: 2000,
      bytesMax: 8 * 1024 * 1024,
      onChunk: (_partition, _plan, counts) => {
        inserted += counts.actions;
        chunks.push(counts);
      },
    },
  );
  return { worker, chunks, letters, close: () => expect(content().rowsInserted).toBe(inserted) };
}

async function through(
  { worker, chunks, letters }: Engine,
  { body, encoding }: ReturnType<ReturnType<typeof hostileRequests>>,
  at: number,
): Promise<void> {
  const taken = intake(body, encoding, sender, options);
  if (!taken.ok) {
    sums.refused += 1;
    known(taken.reason);
    return;
  }
  for (const { reason } of taken.rejected) known(reason);
  const records = taken.records.map((record, place): LogRecord => ({
    ...record,
    offset: at * 10_000 + place,
    timestampMs: 1_790_001_000_000 + at,
  }));
  chunks.length = 0;
  letters.length = 0;
  await worker.offer(records);
  const sum = (name: keyof ChunkCounts): number => chunks.reduce((total, counts) => total + counts[name], 0);
  for (const { reason } of letters) known(reason);
  equal("records", sum("records"), records.length);
  equal("spans that went on", sum("spans"), taken.spans - taken.rejected.length);
  equal("ends", sum("actions") + sum("noAction") + sum("duplicates") + sum("deadLettered"), sum("spans"));
  equal("dead letters", letters.length, sum("deadLettered"));
  sums.spans += taken.spans;
  sums.rejected += taken.rejected.length;
  for (const name of ["actions", "noAction", "duplicates", "deadLettered"] as const) sums[name] += sum(name);
}

function known(reason: string): void {
  if (!reasons.has(reason)) throw new Error(`"${reason}" is no known reason`);
}

function equal(what: string, is: number, shouldBe: number): void {
  if (is !== shouldBe) throw new Error(`${what}: ${is}, and not ${shouldBe}`);
}
