/**
 * Goal: the same log gives the same findings byte for byte: whatever it is cut into, over however many partitions, however it
 * arrives within the reorder window.
 * Method: the bundled sample through the evaluation's own pass, cut, spread and shuffled as a seed says.
 */
import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { murmur2 } from "../../detector/decode/index.ts";
import { logOf, type RecordedLog } from "../../eval/log.ts";
import { Outcome } from "../../eval/outcome.ts";
import { pass } from "../../eval/pass.ts";
import type { Finding } from "../../schemas/index.ts";
import { seeded } from "../support/otlp-model.ts";
import { frozen, sampleLog, sampleRequests, settings } from "./sample.ts";

const windowMs = 20_000;
const learnings = [frozen, { ...frozen, frozenFromUs: Number.POSITIVE_INFINITY }];

interface Cut {
  readonly partitions: number;
  readonly recordsMax: number;
  readonly sliceRecords: number;
}

const whole: Cut = { partitions: 1, recordsMax: 2_000, sliceRecords: 2_000 };

async function findingsOf(
  log: RecordedLog,
  learning: (typeof learnings)[number],
  { partitions, recordsMax, sliceRecords }: Cut,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const records = log.records.filter(({ key }) => partitionOf(key, partitions) === partition);
    const outcome = new Outcome(log);
    const changes = { recordsMax, windowUs: windowMs * 1_000 };
    await pass({ ...log, records }, outcome, { config: settings, learning, changes, sliceRecords });
    findings.push(...outcome.findings);
  }
  return findings;
}

const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

/** As text, in a fixed order. */
const bytesOf = (findings: readonly Finding[]): string =>
  findings
    .map((finding) => JSON.stringify(finding))
    .toSorted()
    .join("\n");

/** Which of its partition's actions one is, as queries say it, depends on how many partitions there are. */
const unplaced = (bytes: string): string =>
  bytes.replaceAll(/ordinal (?<sign>>=|<=|<|=) \d+/gu, "ordinal $<sign> …");

/** Each record arrives up to half a window after it was sent. */
function shuffled(log: RecordedLog, seed: number): RecordedLog {
  const random = seeded(seed);
  const arriving = log.records
    .map((record) => ({ record, atMs: record.timestampMs + Math.floor((random() * windowMs) / 2) }))
    .toSorted((one, other) => one.atMs - other.atMs);
  return {
    ...log,
    recorded: arriving.map(({ record }) => log.recorded[record.offset]),
    records: arriving.map(({ record, atMs }, offset) => ({ ...record, offset, timestampMs: atMs })),
  };
}

let log: RecordedLog;
let expected: readonly string[];
beforeAll(async () => {
  log = await sampleLog();
  expected = await Promise.all(
    learnings.map(async (learning) => bytesOf(await findingsOf(log, learning, whole))),
  );
}, 60_000);

test("the sample says something", () => {
  for (const said of expected) expect(said.split("\n").length).toBeGreaterThan(10);
});

test("cut, spread over partitions and shuffled within the window, it says the same byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.nat(),
      fc.integer({ min: 0, max: 1 }),
      async (partitions, recordsMax, sliceRecords, seed, nth) => {
        const cut = {
          partitions,
          recordsMax: Math.max(recordsMax, 20),
          sliceRecords: Math.max(sliceRecords, 20),
        };
        const said = bytesOf(await findingsOf(shuffled(log, seed), learnings[nth]!, cut));
        const same = partitions === 1 ? (bytes: string): string => bytes : unplaced;
        expect(same(said)).toBe(same(expected[nth]!));
      },
    ),
    { numRuns: 12 },
  );
}, 240_000);

test("batches of a sender, which the log takes at once, say the same", async () => {
  const batched = batchesOf(await sampleRequests());
  expect(batched.records.length).toBeLessThan(log.records.length / 2);
  for (const [nth, learning] of learnings.entries())
    expect(bytesOf(await findingsOf(batched, learning, whole))).toBe(expected[nth]);
}, 60_000);

/** Requests that follow each other within five seconds as one: messages of protobuf put together are one message. */
function batchesOf(requests: Awaited<ReturnType<typeof sampleRequests>>): RecordedLog {
  const batches: { bytes: Uint8Array; atMs: number; fromMs: number }[] = [];
  for (const { bytes, atMs } of requests.toSorted((one, other) => one.atMs - other.atMs)) {
    const last = batches.at(-1);
    if (last !== undefined && atMs - last.fromMs < 5_000) {
      last.bytes = Buffer.concat([last.bytes, bytes]);
      last.atMs = atMs;
    } else batches.push({ bytes, atMs, fromMs: atMs });
  }
  return logOf(batches, settings.limits);
}
