import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { LogRecord, PartitionId } from "../stream/ports.ts";
import type { PartitionHandler, Reading, Running } from "../stream/record-source.ts";
import { live } from "./consumer-life.ts";
import { pulseOf } from "./pulse.ts";
import { onSetBack } from "./set-back.ts";

export interface Membership {
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Partitions worked on at once. */
  readonly concurrently: number;
  /** First offset that the log still has. */
  readonly earliest: (partition: number) => Promise<number>;
  /** Offsets after the last records that the log has now. */
  readonly ends: () => Promise<ReadonlyMap<number, number>>;
}

/** What a member is run with. */
interface Around {
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * The client reads on from a broker only when all that it got from it has been handled. So a handler that takes longer
 * than this is left to itself: its partition pauses and the others go on.
 */
const aloneAfterMs = 500;

/** Joins a consumer group and hands every batch of `topic` to `handler`. */
export async function consume(
  consumer: Consumer,
  membership: Membership,
  handler: PartitionHandler,
  { log, clock }: Around,
): Promise<Reading> {
  const { topic, groupId, concurrently } = membership;
  const underWay = new Set<Promise<void>>();
  const pulse = pulseOf(consumer, membership, clock);
  const member: Member = { consumer, membership, handler, expected: new Map(), pulse, generation: 0 };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    member.generation += 1;
    member.expected.clear();
    handler.assigned(partitions.map((partition) => ({ topic, partition })));
    log("info", `kafka: ${topic} partitions assigned`, { group: groupId, partitions: partitions.join(",") });
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => passMarkers(member, payload));
  const life = await live(consumer, underWay, async (failed) => {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrently,
      eachBatch: async (payload) => {
        const work = eachBatch(member, payload).catch(failed);
        if (await settlesBeating(work, payload, membership.heartbeatMs)) return work;
        const resume = payload.pause();
        // Read again from the same offset when it failed; an error that isn't the client's has ended the member already.
        const alone = work
          .catch(() => undefined)
          .finally(() => {
            underWay.delete(alone);
            resume();
          });
        underWay.add(alone);
        return undefined;
      },
    });
  });
  // Its heart-beats go by the wall clock: it would send none until that has caught up.
  const forget = onSetBack(clock, membership.heartbeatMs, () => {
    log("warn", "the clock was set back: the group is joined anew", { group: groupId });
    void life.anew();
  });
  return {
    ended: life.ended,
    readToEnd: () => readToEnd(member),
    stop() {
      forget();
      return life.stop();
    },
  };
}

interface Member {
  readonly consumer: Consumer;
  readonly membership: Membership;
  readonly handler: PartitionHandler;
  /** Offset that comes next, of each partition that was asked for since it was assigned; undefined where nobody knows. */
  readonly expected: Map<number, number | undefined>;
  readonly pulse: { isSilent(): boolean };
  /** Grows each time the group deals out anew. */
  generation: number;
}

/** Asks first and looks then: what is handled meanwhile is no less handled. */
async function readToEnd({ membership, expected }: Member): Promise<ReadonlySet<number>> {
  const ends = await membership.ends().catch(() => new Map<number, number>());
  const isRead = ([partition, end]: readonly [number, number]): boolean =>
    (expected.get(partition) ?? -1) >= end;
  return new Set([...ends].filter(isRead).map(([partition]) => partition));
}

/** What a transaction leaves in the log is an offset too, and may come alone: then no batch is handed over. */
function passMarkers(
  { expected }: Member,
  { partition, batchSize, lastOffset }: { partition: number; batchSize: number; lastOffset: string },
): void {
  const from = expected.get(partition);
  if (batchSize === 0 && from !== undefined) expected.set(partition, Math.max(from, Number(lastOffset) + 1));
}

/** Whether work ends soon; the heart beats until then. */
async function settlesBeating(
  work: Promise<void>,
  payload: EachBatchPayload,
  heartbeatMs: number,
): Promise<boolean> {
  // A beat that fails is told by the next fetch as well, which then joins again.
  const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), aloneAfterMs)));
  try {
    const settled = work.then(
      () => true,
      () => true,
    );
    return await Promise.race([settled, late]);
  } finally {
    clearInterval(beat);
    clearTimeout(timer);
  }
}

/** One batch: begin where the store stands, not where the group thinks; commit as a hint only. */
async function eachBatch(member: Member, payload: EachBatchPayload): Promise<void> {
  const { consumer, handler, expected, pulse, generation } = member;
  const { batch } = payload;
  const partition = { topic: batch.topic, partition: batch.partition };
  const first = batch.messages[0];
  const last = batch.messages.at(-1);
  if (first === undefined || last === undefined) return;
  const isLost = (): boolean =>
    member.generation !== generation || pulse.isSilent() || !payload.isRunning() || payload.isStale();
  const goOnFrom = (offset: number): void => {
    expected.set(batch.partition, offset);
    consumer.seek({ ...partition, offset: String(offset) });
  };
  if (!expected.has(batch.partition)) {
    const position = await handler.position(partition, isLost);
    if (isLost()) return;
    if (position !== undefined && position !== Number(first.offset)) return goOnFrom(position);
    expected.set(batch.partition, position);
  }
  await tellOverrun(member, partition, Number(first.offset), isLost);
  if (isLost()) return;
  const { done, seek } = await handler.handle(partition, batch.messages.map(recordOf), isLost);
  // Also when the consumer is stopping or the group is dealing out anew: what is done need not be done again.
  if (done !== undefined)
    await payload.commitOffsetsIfNecessary(hint(partition, done)).catch(() => undefined);
  if (isLost()) return;
  if (seek !== undefined) return goOnFrom(seek);
  expected.set(batch.partition, Number(batch.lastOffset()) + 1);
  payload.resolveOffset(last.offset);
}

/**
 * The client answers an offset that the log doesn't have by going to the log's start, and says nothing. What lies between
 * and isn't there any more is lost; offsets that were never given to a record (markers, compaction) are not.
 */
async function tellOverrun(
  { membership, handler, expected }: Member,
  partition: PartitionId,
  first: number,
  isLost: () => boolean,
): Promise<void> {
  const from = expected.get(partition.partition);
  if (from === undefined || first === from) return;
  const { topic, partition: number } = partition;
  if (first < from) {
    throw new Error(
      `partition ${String(number)} of ${topic} ends before offset ${String(from)}, where its reader stands: the topic was made anew or cut off; give a new log a new name`,
    );
  }
  const next = Math.min(await membership.earliest(number), first);
  if (next > from && !isLost()) await handler.overrun(partition, { from, next }, isLost);
}

function hint(
  { topic, partition }: PartitionId,
  offset: number,
): Parameters<EachBatchPayload["commitOffsetsIfNecessary"]>[0] {
  return { topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] };
}

/** Gives all records of `topic`, from its start on, without any group's book-keeping. */
export async function follow(
  consumer: Consumer,
  topic: string,
  onRecords: (records: readonly LogRecord[]) => void,
): Promise<Running> {
  return live(consumer, new Set(), async () => {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => onRecords(batch.messages.map(recordOf)),
    });
  });
}

function recordOf(message: EachBatchPayload["batch"]["messages"][number]): LogRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) headers[name] = one.toString();
  }
  return {
    offset: Number(message.offset),
    key: message.key?.toString() ?? "",
    value: message.value ?? new Uint8Array(),
    headers,
    timestampMs: Math.max(0, Number(message.timestamp)),
  };
}
