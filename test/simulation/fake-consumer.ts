import type { Consumer, EachBatchHandler, EachBatchPayload } from "kafkajs";
import type { LogRecord } from "../../detector/stream/ports.ts";
import type { Call } from "./calls.ts";
import type { Dice } from "./dice.ts";
import type { FakeGroup, Member } from "./fake-group.ts";
import type { Seen } from "./seen.ts";
import { never, type Process, type Turns } from "./turns.ts";

export interface Surroundings {
  readonly topic: string;
  readonly logs: readonly (readonly LogRecord[])[];
  readonly batchMax: number;
  readonly group: FakeGroup;
  readonly turns: Turns;
  readonly dice: Dice;
  readonly seen: Seen;
}

/**
 * A member of a group as kafkajs is one, its bad manners included: it joins anew while another batch of its own is under
 * way, and what that batch then resolves or seeks moves the new reading on; a beat that succeeds says nothing of that.
 */
export function fakeConsumer(process: Process, call: Call, around: Surroundings): Consumer {
  const { topic, logs, batchMax, group, turns, dice, seen } = around;
  const listeners = new Map<string, (event: unknown) => void>();
  const next = new Map<number, number>();
  const seeks = new Map<number, number>();
  const reading = new Set<string>();
  let eachBatch: EachBatchHandler | undefined;
  let epoch = 0;
  let batches = 0;

  function join(): void {
    group.enter(member);
    epoch = group.epoch();
    if (batches > 0) seen("joined with a batch under way");
    const mine = group.partitionsOf(process);
    next.clear();
    for (const partition of mine) next.set(partition, group.committed(partition) ?? 0);
    listeners.get("group_join")?.({ payload: { memberAssignment: { [topic]: mine } } });
    for (const partition of mine) void read(partition);
  }
  const member: Member = {
    process,
    poke: () => {
      if (epoch !== group.epoch() && batches === 0) join();
    },
  };

  /** Reads a partition until its end, or until it is dealt out anew. */
  async function read(partition: number): Promise<void> {
    const mine = epoch;
    const name = `${String(mine)}/${String(partition)}`;
    if (reading.has(name)) return;
    reading.add(name);
    for (let messages = await fetch(partition); messages.length > 0; messages = await fetch(partition)) {
      if (mine !== epoch) break;
      batches += 1;
      await eachBatch?.(payloadOf(partition, messages));
      batches -= 1;
      if (epoch !== group.epoch()) {
        seen("rebalance in a batch");
        join();
      }
      if (mine !== epoch) break;
    }
    reading.delete(name);
  }

  async function fetch(partition: number): Promise<readonly LogRecord[]> {
    await turns.wait(process);
    const from = seeks.get(partition) ?? next.get(partition);
    if (from === undefined) return [];
    seeks.delete(partition);
    next.set(partition, from);
    const rest = (logs[partition] ?? []).filter(({ offset }) => offset >= from);
    return rest.slice(0, 1 + dice.below(batchMax));
  }

  function payloadOf(partition: number, records: readonly LogRecord[]): EachBatchPayload {
    return {
      batch: { topic, partition, messages: records.map(messageOf) },
      resolveOffset: (offset: string) => {
        if (next.has(partition)) next.set(partition, Number(offset) + 1);
      },
      heartbeat: async () => {
        if (process.state !== "running") await never;
        if (epoch !== group.epoch()) throw new Error("the group is rebalancing");
      },
      commitOffsetsIfNecessary: ({ topics }: { topics: { partitions: { offset: string }[] }[] }) =>
        call(async (fault) => {
          await fault();
          group.commit(epoch, partition, Number(topics[0]?.partitions[0]?.offset));
        }),
      isRunning: () => true,
      isStale: () => seeks.has(partition),
    } as unknown as EachBatchPayload;
  }

  return {
    events: { GROUP_JOIN: "group_join", CRASH: "crash" },
    on: (event: string, listener: (event: unknown) => void) => void listeners.set(event, listener),
    connect: async () => undefined,
    subscribe: async () => undefined,
    run: async (options: { eachBatch: EachBatchHandler }) => {
      eachBatch = options.eachBatch;
      join();
    },
    seek: ({ partition, offset }: { partition: number; offset: string }) => {
      if (!next.has(partition)) return;
      seen("sought");
      seeks.set(partition, Number(offset));
      void read(partition);
    },
  } as unknown as Consumer;
}

function messageOf({ offset, key, value, headers, timestampMs }: LogRecord): unknown {
  return {
    offset: String(offset),
    key: Buffer.from(key),
    value,
    headers,
    timestamp: String(timestampMs),
  };
}
