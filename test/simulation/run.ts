import { defaultLimits } from "../../detector/decode/limits.ts";
import { outsideGrant } from "../../detector/detect/outside-grant.ts";
import { detectHandler } from "../../detector/roles/detect-handler.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { partitionWorker } from "../../detector/stream/partition-worker.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { book, everyThird } from "../support/fault-log.ts";
import type { StoreContent } from "../support/memory.ts";
import { callOf, type Fates } from "./calls.ts";
import type { Dice } from "./dice.ts";
import { fakeGroup } from "./fake-group.ts";
import { joinGroup } from "./fake-member.ts";
import { fakeStore } from "./fake-store.ts";
import type { Ledger } from "./ledger.ts";
import type { Seen } from "./seen.ts";
import { tickingOf } from "./ticking.ts";
import { type Process, turnsOf } from "./turns.ts";

export interface World {
  readonly logs: readonly (readonly LogRecord[])[];
  readonly processes: number;
  readonly batchMax: number;
  readonly recordsMax: readonly number[];
  readonly rebalances: readonly number[];
  readonly windowMs: number;
  readonly newPerHourMax: number;
  /** After how many turns of the world so much time passes that all partitions seem quiet, beside when nothing moves. */
  readonly quietAfter: readonly number[];
  /** Whether logs grow: where a partition was read to is its end, whenever the log is asked. */
  readonly isRestless: boolean;
  readonly dice: Dice;
  readonly fates: Fates;
  readonly seen: Seen;
}

/** What the store ends up with, a partition each. */
export interface Outcome {
  readonly contents: readonly StoreContent[];
  readonly ledgers: readonly Ledger[];
}

const topic = "nhi.spans";
const attributor = shippedAttributor();
const grants = book("chains");

/**
 * Runs the real handler and workers of some processes on a log, against a store in memory, until nothing moves
 * any more: every process that died has a successor, every stopped one woke up, every late call took effect. Time passes
 * only when nothing moves: partitions are quiet once their logs are at their ends.
 */
export async function run(world: World): Promise<Outcome> {
  const { logs, dice, seen, windowMs } = world;
  const turns = turnsOf(dice);
  const store = fakeStore(logs.length, seen);
  const stopped = new Set<Process>();
  const troubles: unknown[] = [];
  const ticking = tickingOf((error) => troubles.push(error));
  const fates: Fates = () => {
    ticking.moved();
    return world.fates();
  };
  let started = 0;
  const group = fakeGroup(logs.length, turns, dice);
  const consequences = {
    die(process: Process): void {
      if (process.state === "dead") return;
      process.state = "dead";
      seen("died");
      group.drop(process);
      start();
    },
    stop(process: Process): void {
      if (process.state !== "running") return;
      process.state = "stopped";
      seen("stopped");
      stopped.add(process);
      group.drop(process);
      start();
      // Some wake while their successors are at work, the others when all is done.
      if (dice.chance(60)) void turns.wait(undefined, dice.below(80)).then(() => wake(process));
    },
  };

  function wake(process: Process): void {
    stopped.delete(process);
    if (process.state !== "stopped") return;
    process.state = "running";
    seen("woke");
  }

  function start(): void {
    const process: Process = { id: started, state: "running" };
    const recordsMax = world.recordsMax[started % world.recordsMax.length] ?? 1;
    started += 1;
    const call = callOf(process, { turns, dice, fates, consequences, seen });
    const reached = store.reachedBy(call);
    const budget = { bytesMax: 400, bytes: 0 };
    const handler = detectHandler({
      newWorker: (partition) =>
        partitionWorker(partition, {
          store: reached,
          deadLetters: reached,
          standings: reached,
          control: {
            head: () => call(async (fault) => fault().then(() => 1)),
            book: () => call(async (fault) => fault().then(() => grants)),
          },
          attributor,
          detectors: [outsideGrant, everyThird],
          limits: defaultLimits,
          recordsMax,
          bytesMax: 1_000_000,
          windowUs: windowMs * 1000,
          // Less than the identities of one process take.
          stateBudget: budget,
          statesReadyMax: 1,
          newPerHourMax: world.newPerHourMax,
          onChunk: (_partition, _plan, _counts, { unadmitted }) => {
            if (unadmitted > 0) seen("not admitted");
          },
        }),
      // The simulated log keeps everything.
      keepLoss: async () => undefined,
      elapsedMs: ticking.nowMs,
      idleMs: 1,
      pause: async () => {
        seen("failed");
        await turns.wait(process);
      },
    });
    const readToEnd = joinGroup(process, handler, call, {
      ...world,
      topic,
      group,
      turns,
      onError: (error) => troubles.push(error),
    });
    ticking.add(process, handler, readToEnd);
  }

  for (let count = 0; count < world.processes; count += 1) start();
  for (const after of world.rebalances) void turns.wait(undefined, after).then(() => group.rebalance());
  for (const after of world.quietAfter)
    void turns.wait(undefined, after).then(() => {
      seen(world.isRestless ? "flushed before the end" : "seemed quiet before the end");
      ticking.tick();
      // The role's ticks never end; here one is due again when nothing moves.
      return ticking.moved();
    });
  await turns.deal(() => {
    if (ticking.isDue()) {
      ticking.tick();
      return true;
    }
    const woken = [...stopped];
    woken.forEach(wake);
    return woken.length > 0;
  });
  if (troubles.length > 0) throw troubles[0];
  return { contents: store.contents(), ledgers: store.ledgers() };
}
