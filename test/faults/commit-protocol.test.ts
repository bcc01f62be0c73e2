/**
 * Goal: whatever crashes, whoever else still writes, however the log is cut, the store holds the same rows, byte for byte,
 * as after an undisturbed run.
 * Method: generated logs go through the real worker into a store in memory that behaves as ClickHouse does. Crashes are
 * generated for the awaited calls, before or after they took effect, and so are stops: a stopped worker is a zombie that
 * goes on with its call after others have taken the partition over. A worker that is gone is followed by a new one.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ControlRecord } from "../../schemas/index.ts";
import type { PartitionWorker } from "../../detector/stream/partition-worker.ts";
import { anyRecord, book, type Log, logOf } from "../support/fault-log.ts";
import {
  Crash,
  type Fault,
  memoryStore,
  noFault,
  type StoreContent,
  stillControl,
} from "../support/memory.ts";
import { workerOf } from "../support/worker.ts";

/**
 * How a worker ends: it dies before or after a call took effect, or is stopped before the call and goes on later. Or it
 * doesn't: one call fails, before or after it took effect, and the worker is asked again.
 */
type End = "before" | "after" | "stop" | "fail-before" | "fail-after";

const anySchedule = fc.record({
  log: fc.array(anyRecord, { minLength: 1, maxLength: 14 }),
  /** How many records are handed over at once. */
  batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
  recordsMax: fc.integer({ min: 1, max: 6 }),
  /** How long actions wait for others: not at all, for some of those generated, for all. */
  windowMinutes: fc.constantFrom(0, 15, 120),
  /** After how many awaited calls each worker dies or stops, and whether the call took effect. */
  ends: fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 12 }),
      fc.constantFrom<End>("before", "after", "stop", "fail-before", "fail-after"),
    ),
    { maxLength: 8 },
  ),
});

interface Schedule {
  readonly log: Log;
  readonly batches: readonly number[];
  readonly recordsMax: number;
  readonly windowMinutes: number;
  readonly ends: readonly (readonly [number, End])[];
}

/** Runs a log through workers that end as scheduled, until everything is stored and every zombie has gone on to its end. */
async function run({ log, batches, recordsMax, windowMinutes, ends }: Schedule): Promise<StoreContent> {
  const { store, content } = memoryStore();
  const end = (log.at(-1)?.offset ?? 0) + 1;
  const zombies: { readonly goOn: () => void; readonly gone: Promise<void> }[] = [];
  for (let life = 0; content().position !== end; life += 1) {
    const [calls, how] = ends[life] ?? [Number.POSITIVE_INFINITY, "before"];
    const halt = stop();
    const worker = newWorker(store(endAfter(calls, how, halt)), recordsMax, windowMinutes);
    const gone = feed(worker, log, batches, how.startsWith("fail")).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    await Promise.race([gone, halt.reached]);
    // Every other zombie wakes while its successor is still at work, the rest only when all is done.
    if (how === "stop") zombies.push({ goOn: halt.goOn, gone });
    if (life % 2 === 1) zombies.forEach((zombie) => zombie.goOn());
  }
  zombies.forEach((zombie) => zombie.goOn());
  await Promise.all(zombies.map((zombie) => zombie.gone));
  return content();
}

interface Stop {
  /** Resolves when the worker has come to its stop. */
  readonly reached: Promise<void>;
  readonly goOn: () => void;
  /** Stops whoever awaits it. */
  readonly wait: () => Promise<void>;
}

function stop(): Stop {
  let reach = (): void => undefined;
  let goOn = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const wait = (): Promise<void> => {
    reach();
    return gate;
  };
  return { reached, goOn, wait };
}

function newWorker(
  store: ReturnType<ReturnType<typeof memoryStore>["store"]>,
  recordsMax: number,
  windowMinutes: number,
): PartitionWorker {
  return workerOf(store, {
    recordsMax,
    windowUs: windowMinutes * 60_000_000,
    // One fewer than the generated identities, so that one of them is not admitted.
    newPerHourMax: 2,
  });
}

async function feed(
  worker: PartitionWorker,
  log: Log,
  batches: readonly number[],
  retries: boolean,
): Promise<void> {
  const again = <T>(work: () => Promise<T>): Promise<T> => (retries ? work().catch(work) : work());
  const position = await again(() => worker.position());
  let rest = log.filter((record) => record.offset >= (position ?? 0));
  for (let turn = 0; rest.length > 0; turn += 1) {
    const size = batches[turn % batches.length] ?? 1;
    const batch = rest.slice(0, size);
    if ((await again(() => worker.offer(batch))) === "fenced") return;
    rest = rest.slice(size);
  }
  // Nothing comes any more, so nothing comes before what is held back.
  if (worker.isHolding()) await again(() => worker.flush());
}

function endAfter(calls: number, how: End, { wait }: Stop): Fault {
  let left = calls;
  return () => {
    left -= 1;
    if (how === "before" || how === "after") return left < 0 ? how : "none";
    if (left !== -1) return "none";
    return how === "stop" ? wait() : how === "fail-before" ? "before" : "after";
  };
}

const runs = Number(process.env["ANSWERABLE_TEST_FAULT_RUNS"] ?? 500);

test("crashes and stops at any call, with any cut of the log, leave the rows of an undisturbed run", async () => {
  await fc.assert(
    fc.asyncProperty(anySchedule, async (schedule) => {
      const log = logOf(schedule.log);
      const calm = await run({
        ...schedule,
        log,
        batches: [log.length],
        recordsMax: log.length,
        ends: [],
      });
      expect(await run({ ...schedule, log })).toEqual(calm);
    }),
    { numRuns: runs },
  );
}, 300_000);

const windows = [0, 1, 120] as const;

test.each(windows)(
  "a crash or stop at every single awaited call, with a window of %s minutes, leaves the rows of an undisturbed run",
  async (windowMinutes) => {
    const log = logOf([
      [{ identity: "agent:a", span: 1, operation: "read", minute: 0, isAction: true }],
      "garbage",
      [
        { identity: "agent:a", span: 2, operation: "delete", minute: 1, isAction: true },
        { identity: "agent:b", span: 3, operation: "write", minute: 1, isAction: true },
        { identity: "agent:a", span: 1, operation: "read", minute: 0, isAction: true },
      ],
      [{ identity: "agent:a", span: 4, operation: "read", minute: 2, isAction: false }],
      [{ identity: "agent:a", span: 5, operation: "write", minute: 2, isAction: true }],
    ]);
    const calm = await run({ log, batches: [5], recordsMax: 5, windowMinutes, ends: [] });
    expect(calm.actions).toHaveLength(4);
    expect(calm.findings.length).toBeGreaterThan(1);
    expect(calm.deadLetters).toHaveLength(1);
    // One of them would only have been done.
    expect(calm.responses.length).toBeGreaterThan(1);
    expect(calm.standings.length).toBeGreaterThan(0);
    for (let call = 0; call < 30; call += 1) {
      for (const how of ["before", "after", "stop", "fail-before", "fail-after"] as const) {
        const ended = await run({
          log,
          batches: [2, 1],
          recordsMax: 2,
          windowMinutes,
          ends: [
            [call, how],
            [call % 5, how],
          ],
        });
        expect({ call, how, ...ended }).toEqual({ call, how, ...calm });
      }
    }
  },
);

test("a chunk whose plan was written is judged under the control log of its plan, whatever was decided since", async () => {
  const log = logOf([[{ identity: "agent:a", span: 1, operation: "read", minute: 0, isAction: true }]]);
  const { store, content } = memoryStore();
  const before = newWorker(store(endAfter(2, "before", stop())), 1, 0);
  await expect(before.offer(log)).rejects.toThrow(Crash);
  const revoked = book();
  revoked.enter(
    1,
    ControlRecord.parse({ kind: "grant_revoked", tenant: "default", author: "t", atUs: 1, grantId: "g" }),
  );
  await workerOf(store(noFault), { recordsMax: 1, bytesMax: 1, control: stillControl(revoked, 2) }).offer(
    log,
  );
  expect(content().actions[0]).toContain('"outcome":"granted"');
});
