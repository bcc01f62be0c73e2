import type { LogRecord } from "../../detector/stream/ports.ts";
import type { PartitionHandler, Reading } from "../../detector/stream/record-source.ts";
import type { Call } from "./calls.ts";
import type { Dice } from "./dice.ts";
import type { FakeGroup, Member } from "./fake-group.ts";
import type { Seen } from "./seen.ts";
import type { Process, Turns } from "./turns.ts";

export interface Surroundings {
  readonly topic: string;
  readonly logs: readonly (readonly LogRecord[])[];
  readonly batchMax: number;
  readonly isRestless: boolean;
  readonly group: FakeGroup;
  readonly turns: Turns;
  readonly dice: Dice;
  readonly seen: Seen;
  /** Told of what a handler must never throw. */
  readonly onError: (error: unknown) => void;
}

/**
 * A member of a group, with what a client may do at its worst: it hears late that the group deals out anew, joins again
 * while a batch from before is still under way, and is handed the same offsets again. The batch from before is lost.
 * Gives what tells which partitions it has read to their ends.
 */
export function joinGroup(
  process: Process,
  handler: PartitionHandler,
  call: Call,
  around: Surroundings,
): Reading["readToEnd"] {
  const { topic, logs, batchMax, isRestless, group, turns, dice, seen, onError } = around;
  /** Where each assigned partition is read next. */
  let next = new Map<number, number>();
  /** The newest deal that this member has joined, and the newest that its heart beat told it of. */
  let joined = 0;
  let told = 0;
  let batches = 0;

  function join(): void {
    group.enter(member);
    if (batches > 0) seen("joined with a batch under way");
    joined = group.epoch();
    told = joined;
    const mine = group.partitionsOf(process);
    handler.assigned(mine.map((partition) => ({ topic, partition })));
    next = new Map(mine.map((partition) => [partition, group.committed(partition) ?? 0]));
    for (const partition of mine) void read(partition).catch(onError);
  }

  /** Reads a partition to its end, or until it is dealt out anew. */
  async function read(partition: number): Promise<void> {
    const epoch = joined;
    let isFresh = true;
    for (;;) {
      await turns.wait(process);
      if (epoch !== joined) return;
      const records = fetch(partition);
      if (records.length === 0) return;
      batches += 1;
      isFresh = await batch({ epoch, partition, isFresh }, records);
      batches -= 1;
      if (joined !== group.epoch()) {
        seen("rebalance in a batch");
        join();
      }
      if (epoch !== joined) return;
    }
  }

  function fetch(partition: number): readonly LogRecord[] {
    const from = next.get(partition) ?? 0;
    const rest = (logs[partition] ?? []).filter(({ offset }) => offset >= from);
    return rest.slice(0, 1 + dice.below(batchMax));
  }

  interface Place {
    readonly epoch: number;
    readonly partition: number;
    readonly isFresh: boolean;
  }

  /** One batch: begins where the store stands. Says whether the partition is still to be asked for that. */
  async function batch(reading: Place, records: readonly LogRecord[]): Promise<boolean> {
    const { epoch, partition, isFresh } = reading;
    const id = { topic, partition };
    const isLost = (): boolean => epoch !== joined || epoch !== told;
    const goOnAt = (offset: number): void => void next.set(partition, offset);
    if (isFresh) {
      const position = await handler.position(id, isLost);
      if (isLost()) return true;
      if (position !== undefined && position !== records[0]?.offset) {
        goOnAt(position);
        return false;
      }
    }
    const { done, seek } = await handler.handle(id, records, isLost);
    if (done !== undefined)
      await call(async (fault) => {
        await fault();
        group.commit(epoch, partition, done);
      }).catch(() => undefined);
    if (isLost()) return false;
    if (seek !== undefined) seen("sought");
    goOnAt(seek ?? (records.at(-1)?.offset ?? 0) + 1);
    return false;
  }

  const member: Member = {
    process,
    poke() {
      if (joined !== group.epoch() && batches === 0) join();
    },
    beat() {
      told = group.epoch();
    },
  };
  join();
  return async () => {
    await turns.wait(process);
    const isRead = ([partition, from]: readonly [number, number]): boolean =>
      isRestless || from > (logs[partition]?.at(-1)?.offset ?? -1);
    return new Set([...next].filter(isRead).map(([partition]) => partition));
  };
}
