/** Goal: the sink says why it takes nothing in the declared order, and a thread answers what the same code answers without. */
import { afterAll, expect, test } from "@jest/globals";
import { defaultLimits } from "../../detector/decode/index.ts";
import type { IncomingBatch } from "../../detector/ingest/ports.ts";
import { intakePool } from "../../detector/roles/intake-pool.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { spanSink } from "../../detector/roles/span-sink.ts";
import { take } from "../../detector/roles/take.ts";
import type { LocalPipeline } from "../../detector/stream/local-pipeline.ts";
import { createTelemetry } from "../../detector/telemetry.ts";
import { largestRequest } from "../support/bombs/protobuf.ts";
import { attribute, block, requestOf, spanContent } from "../support/otlp-bytes.ts";

const options = { attributor: shippedAttributor(), limits: defaultLimits, recordBytesMax: 900_000 };
const pool = intakePool(options, () => undefined);
afterAll(() => pool.stop());

const client = {
  name: "c",
  tenant: "t",
  identities: ["*", "agent:1"],
  may: [],
  authenticated: true,
} as const;
const batchOf = (body: Uint8Array, encoding: IncomingBatch["encoding"] = "otlp_proto"): IncomingBatch => ({
  body,
  encoding,
  client,
  receivedAtMs: 0,
  onDecoded: () => undefined,
});

test("a large request comes back from the thread as it would have without, several at once and in any order", async () => {
  const bodies = [largestRequest(), Buffer.alloc(300_000, 0x0b), largestRequest(), Buffer.alloc(0)];
  const expected = bodies.map((body) => take(batchOf(body), options));
  const got = await Promise.all(bodies.map((body) => pool.take(batchOf(Uint8Array.from(body)))));
  expect(got.map((one) => one.ok)).toEqual([true, false, true, true]);
  for (const [at, one] of got.entries()) expect(plain(one)).toEqual(plain(expected[at]!));
});

test("a span too large for any record is rejected by itself, as it is before Kafka", async () => {
  const wide = spanContent({ more: [attribute("unread", block(1, Buffer.alloc(1_000_000, 0x61)))] });
  const taken = await pool.take(batchOf(requestOf(wide, spanContent())));
  expect(taken).toMatchObject({ ok: true, spans: 2, rejected: 1, rejectedByReason: { too_large: 1 } });
});

test.each([
  { waiting: 10, stalled: 0, appends: true, door: undefined, answer: "stored" },
  { waiting: 11, stalled: 0, appends: true, door: "queue_soft", answer: "stored" },
  { waiting: 0, stalled: 10_001, appends: true, door: "store_away", answer: "stored" },
  { waiting: 11, stalled: 10_001, appends: true, door: "store_away", answer: "stored" },
  { waiting: 20, stalled: 0, appends: false, door: "queue_soft", answer: "queue_full" },
])(
  "$waiting bytes waiting, $stalled ms without an answer: at the door $door, then $answer",
  async ({ waiting, stalled, appends, door, answer }) => {
    const pipeline: LocalPipeline = {
      append: async () => appends,
      waitingBytes: () => waiting,
      stalledMs: () => stalled,
      stop: async () => undefined,
    };
    const telemetry = createTelemetry();
    const sink = spanSink(pipeline, pool, telemetry, { queueSoftBytesMax: 10 });
    expect(sink.overload?.()).toBe(door);
    const result = await sink.accept(batchOf(requestOf(spanContent(), Buffer.alloc(0))));
    expect("reason" in result ? result.reason : result.kind).toBe(answer);
    // Whatever becomes of the others: spans received = accepted + rejected + shed.
    expect(await telemetry.renderPrometheus()).toMatch(
      /answerable_spans_rejected_total\{reason="invalid_id".*\} 1\n/u,
    );
  },
);

/** Records with their bytes as text: buffers that hold the same are equal whatever they lie in. */
function plain(taken: ReturnType<typeof take>): unknown {
  if (!taken.ok) return taken;
  return {
    ...taken,
    records: taken.records.map(({ value, ...rest }) => ({
      ...rest,
      value: Buffer.from(value).toString("base64"),
    })),
  };
}
