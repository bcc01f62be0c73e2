/**
 * Goal: how the actions of a window arrive, how they are cut into chunks, and who judges them changes no row and no
 * finding, but for the places in the log.
 * Method: generated histories of processes whose clocks step back arrive as generated, go through real workers, of whom
 * one follows the other, into a store in memory, and are compared with the same events in order, in one chunk.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { type HeldSpan, recordOf, windowMs, workerOn } from "../support/held-log.ts";
import { memoryStore, type StoreContent } from "../support/memory.ts";

const half = windowMs / 2;
const anyHistory = fc.array(
  fc.record({
    gapMs: fc.constantFrom(0, 1, 100, 700),
    process: fc.constantFrom(undefined, "p", "p", "q"),
    stepMs: fc.constantFrom(0, 0, 300, half / 2),
    delayMs: fc.nat({ max: half / 2 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const anyCut = fc.array(fc.record({ records: fc.integer({ min: 1, max: 4 }), restarts: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});

interface Came {
  readonly span: HeldSpan;
  readonly arrivedMs: number;
}

const logOf = (came: readonly Came[]): readonly LogRecord[] =>
  came
    .toSorted((one, other) => one.arrivedMs - other.arrivedMs)
    .map(({ span, arrivedMs }, at) => recordOf(at * 2 + 5, arrivedMs, [span]));

/** Runs a log through workers; gives all but the places in the log. */
async function judged(
  log: readonly LogRecord[],
  cuts: readonly { readonly records: number; readonly restarts: boolean }[],
  recordsMax: number,
): Promise<Omit<StoreContent, "position">> {
  const memory = memoryStore();
  let worker = workerOn(memory, recordsMax);
  let next = 0;
  for (let turn = 0; next < log.length; turn += 1) {
    const { records, restarts } = cuts[turn] ?? { records: log.length, restarts: false };
    await worker.offer(log.slice(next, next + records));
    next += records;
    if (!restarts) continue;
    worker = workerOn(memory, recordsMax);
    const position = (await worker.position()) ?? 0;
    next = log.filter(({ offset }) => offset < position).length;
  }
  if (worker.isHolding()) await worker.flush();
  const { position: _, ...content } = memory.content();
  const cleaned = (rows: readonly string[]): readonly string[] =>
    rows.map((row) => row.replaceAll(/"(?:offset|index|atMs)":\d+|< \(\d+, \d+\)/gu, "")).toSorted();
  return { ...content, actions: cleaned(content.actions), findings: cleaned(content.findings) };
}

test("any order of arrival within half a window, cut and handed on anyhow, gives the rows of the right order", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyHistory,
      anyCut,
      fc.integer({ min: 1, max: 4 }),
      async (history, cuts, recordsMax) => {
        let atMs = 0;
        const came = history.map(({ gapMs, process, stepMs, delayMs }, nth) => {
          atMs += gapMs;
          const numbered = process === undefined ? {} : { process, seq: nth, endedMs: atMs - stepMs };
          return { span: { span: nth, endedMs: atMs, ...numbered }, atMs, arrivedMs: atMs + delayMs };
        });
        const inOrder = logOf(came.map((one) => ({ ...one, arrivedMs: one.atMs })));
        const calm = await judged(inOrder, [{ records: history.length, restarts: false }], history.length);
        expect(calm.actions).toHaveLength(history.length);
        expect(await judged(logOf(came), cuts, recordsMax)).toEqual(calm);
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);
