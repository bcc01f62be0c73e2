/**
 * Goal: what is counted is counted once, whatever fails and is tried again, and nothing is shown of what is not ours.
 * Method: the measuring parts over stores, letters and pipelines that fail on demand; numbers read as Prometheus text.
 */
import { expect, test } from "@jest/globals";
import { systemClock } from "../../detector/clock.ts";
import { Config } from "../../detector/config/config.ts";
import { countedLetters, measuredStore } from "../../detector/roles/measured-store.ts";
import { intakePool } from "../../detector/roles/intake-pool.ts";
import { partitionMetrics } from "../../detector/roles/partition-metrics.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { spanSink } from "../../detector/roles/span-sink.ts";
import type { Checkpoint, DeadLetter, DetectStore } from "../../detector/stream/ports.ts";
import { createTelemetry, type Telemetry } from "../../detector/telemetry.ts";
import { claimed } from "../support/claimed.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { attribute, block, requestOf, spanContent } from "../support/otlp-bytes.ts";

const zero = { topic: "spans", partition: 0 };
const one = { topic: "spans", partition: 1 };

/** Lines of numbers, without the role. */
async function shown(telemetry: Telemetry, name: string): Promise<readonly string[]> {
  const text = await telemetry.renderPrometheus();
  return text.split("\n").filter((line) => line.startsWith(name));
}

test("lag is the end minus what is done, or minus what the group noted, and belongs to partitions of ours alone", async () => {
  const telemetry = createTelemetry();
  const partitions = partitionMetrics(telemetry, systemClock);
  const lags = (): Promise<readonly string[]> => shown(telemetry, "answerable_consumer_lag_records{");
  const of = (partition: number, lag: number): string =>
    `answerable_consumer_lag_records{topic="spans",partition="${String(partition)}"} ${String(lag)}`;
  expect(partitions.hasJoined()).toBe(false);
  partitions.assigned([zero, one]);
  expect(partitions.hasJoined()).toBe(true);
  expect(await lags()).toEqual([]);
  partitions.reportOffsets([
    { partition: 0, start: 10, end: 100, committed: undefined },
    { partition: 1, start: 10, end: 100, committed: 70 },
    { partition: 2, start: 10, end: 100, committed: 70 },
  ]);
  expect(await lags()).toEqual([of(0, 90), of(1, 30)]);
  partitions.at(zero, 60);
  partitions.at(one, 101);
  partitions.at({ topic: "spans", partition: 2 }, 5);
  expect(await lags()).toEqual([of(0, 40), of(1, 0)]);
  partitions.reportState(zero, { identities: 3, bytes: 400, actions: 2 });
  partitions.saved(zero);
  expect(await shown(telemetry, "answerable_state_bytes{")).toHaveLength(1);
  partitions.assigned([one]);
  expect(await shown(telemetry, "answerable_state_bytes{")).toEqual([]);
  expect(await shown(telemetry, "answerable_checkpoint_age_seconds{")).toEqual([]);
  expect(await lags()).toEqual([]);
});

const letter = (offset: number, reason: string): DeadLetter => ({
  ...zero,
  offset,
  index: 0,
  reason,
  message: "",
  bytes: 1,
  tenant: "default",
  source: "",
  atMs: 0,
});

test("dead letters that are put again after a failure are counted once, when their chunk is stored", async () => {
  const telemetry = createTelemetry();
  const letters = countedLetters({ put: async () => undefined }, telemetry);
  await letters.put([letter(1, "malformed"), letter(2, "too_large")]);
  await letters.put([letter(1, "malformed"), letter(2, "too_large")]);
  expect(await shown(telemetry, "answerable_dead_letters_total{")).toEqual([]);
  letters.countStored();
  letters.countStored();
  expect(await shown(telemetry, "answerable_dead_letters_total{")).toEqual([
    'answerable_dead_letters_total{reason="malformed"} 1',
    'answerable_dead_letters_total{reason="too_large"} 1',
  ]);
});

test("a chunk lasts from its first plan to its saved position, and only what is saved moves the position", async () => {
  const telemetry = createTelemetry();
  let nowMs = 0;
  const clock = { ...systemClock, nowMs: () => nowMs };
  const partitions = partitionMetrics(telemetry, clock);
  partitions.assigned([zero]);
  partitions.reportOffsets([{ partition: 0, start: 0, end: 10, committed: undefined }]);
  let isAway = true;
  const plan = planWith(0, 10);
  const store: DetectStore = {
    claim: async () => ({
      generation: 1,
      progress: undefined,
      isComplete: true,
    }),
    states: async () => new Map(),
    stored: async () => new Set(),
    plan: async () => ({ kind: "planned", plan }),
    write: async () => undefined,
    save: async () => {
      if (isAway) throw new Error("away");
    },
  };
  const measured = measuredStore(store, partitions, telemetry, clock);
  const counts = countsWith({ records: 1, spans: 1, actions: 1 });
  const checkpoint: Checkpoint = {
    plan,
    generation: 1,
    counts,
    progress: progressAfter(plan),
    states: new Map(),
  };
  const seen = async (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      ["consumer_lag_records", "checkpoint_age_seconds"].map(
        async (name) => (await shown(telemetry, `answerable_${name}{`))[0]?.split(" ")[1],
      ),
    );
  await claimed(measured, zero);
  await measured.plan(zero, 1, plan);
  nowMs = 2_000;
  await expect(measured.save(zero, checkpoint)).rejects.toThrow("away");
  expect(await seen()).toEqual(["10", undefined]);
  await measured.plan(zero, 1, plan);
  isAway = false;
  nowMs = 3_000;
  await measured.save(zero, checkpoint);
  nowMs = 4_500;
  expect(await seen()).toEqual(["0", "1.5"]);
  expect(await shown(telemetry, "answerable_chunk_duration_seconds_sum")).toEqual([
    "answerable_chunk_duration_seconds_sum 3",
  ]);
});

test("spans received are those accepted, rejected and shed, whatever becomes of a request", async () => {
  const telemetry = createTelemetry({ role: "up" });
  const { limits } = Config.parse({});
  const answers: (boolean | Error)[] = [true, false, new Error("full")];
  const append = async (): Promise<boolean> => {
    const answer = answers.shift();
    if (typeof answer === "boolean") return answer;
    throw answer ?? new Error("asked too often");
  };
  const pipeline = { append, waitingBytes: () => 0, stalledMs: () => 0, stop: async () => undefined };
  const options = { attributor: shippedAttributor(), limits, recordBytesMax: 900_000 };
  const pool = intakePool(options, () => undefined);
  const sink = spanSink(pipeline, pool, telemetry, { queueSoftBytesMax: 1_000_000 });
  const bad = spanContent({ more: [attribute("nhi.identity.id", block(1, "x".repeat(40_000)))] });
  const batch = {
    body: requestOf(spanContent(), spanContent(), bad),
    encoding: "otlp_proto",
    client: { name: "", tenant: "default", identities: ["*"], may: [], authenticated: false },
    receivedAtMs: 0,
    onDecoded: () => undefined,
  } as const;
  expect((await sink.accept(batch)).kind).toBe("stored");
  expect((await sink.accept(batch)).kind).toBe("shed");
  await expect(sink.accept(batch)).rejects.toThrow("full");
  const spans = (await shown(telemetry, "answerable_spans_")).filter((line) => !line.includes("spans_total"));
  expect(spans.map((line) => line.replace(/,?role="up"/u, ""))).toEqual([
    "answerable_spans_received_total{} 9",
    "answerable_spans_accepted_total{} 2",
    'answerable_spans_shed_total{reason="queue_full"} 2',
    'answerable_spans_shed_total{reason="failed"} 2',
    'answerable_spans_rejected_total{reason="identity_too_long"} 3',
  ]);
  await pool.stop();
});
