import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Log } from "../log.ts";
import type { LogRecord, PartitionId } from "../stream/ports.ts";

/** What a consumer group's member does with what it is given. */
export interface PartitionHandler {
  /** The partitions were dealt out anew: whatever is known of them may be somebody else's now. */
  assigned(partitions: readonly PartitionId[]): void;
  /** Offset to begin a partition at; undefined to go on where the group stands. */
  position(partition: PartitionId, isLost: () => boolean): Promise<number | undefined>;
  /** Handles records in order. `isLost` turns true when the partition may not be ours any more. */
  handle(partition: PartitionId, records: readonly LogRecord[], isLost: () => boolean): Promise<Handled>;
}

export interface Handled {
  /** Offset up to which all is done; a hint for the group's own book-keeping. */
  readonly done?: number;
  /** Offset to go on from instead of behind the records. */
  readonly seek?: number;
}

export interface Running {
  /** Rejects when the consumer can't go on; never resolves. */
  readonly ended: Promise<never>;
  /** Leaves the group once the work under way is done; resolves after `stopWithinMs` even when it never is. */
  stop(): Promise<void>;
}

/** A broker that is away must not keep a role from ending; what was under way is read again by whoever comes next. */
const stopWithinMs = 4_000;

export interface Membership {
  readonly topic: string;
  readonly groupId: string;
  readonly heartbeatMs: number;
  /** Partitions worked on at once. */
  readonly concurrently: number;
}

/** Joins a consumer group and hands every batch of `topic` to `handler`. */
export async function consume(
  consumer: Consumer,
  membership: Membership,
  handler: PartitionHandler,
  log: Log,
): Promise<Running> {
  const { topic, groupId, concurrently } = membership;
  const fresh = new Set<number>();
  const life = lifeOf(consumer);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    fresh.clear();
    for (const partition of partitions) fresh.add(partition);
    handler.assigned(partitions.map((partition) => ({ topic, partition })));
    log("info", `kafka: ${topic} partitions assigned`, { group: groupId, partitions: partitions.join(",") });
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrently,
    eachBatch: (payload) =>
      eachBatch(consumer, payload, { fresh, handler, heartbeatMs: membership.heartbeatMs }).catch(
        life.failed,
      ),
  });
  return life;
}

/** Gives all records of `topic`, from its start on, without any group's book-keeping. */
export async function follow(
  consumer: Consumer,
  topic: string,
  onRecords: (records: readonly LogRecord[]) => void,
): Promise<Running> {
  const life = lifeOf(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => onRecords(batch.messages.map(recordOf)),
  });
  return life;
}

interface Around {
  readonly fresh: Set<number>;
  readonly handler: PartitionHandler;
  readonly heartbeatMs: number;
}

/**
 * One batch: begin where the store stands, not where the group thinks; keep the heart beating however long it takes;
 * commit as a hint only.
 */
async function eachBatch(consumer: Consumer, payload: EachBatchPayload, around: Around): Promise<void> {
  const { fresh, handler, heartbeatMs } = around;
  const { batch } = payload;
  const partition = { topic: batch.topic, partition: batch.partition };
  const first = batch.messages[0];
  const last = batch.messages.at(-1);
  if (first === undefined || last === undefined) return;
  let isDealtAnew = false;
  const isLost = (): boolean => isDealtAnew || !payload.isRunning() || payload.isStale();
  // A failed beat is how a member hears that the group is dealing out anew: the client joins again once we return.
  const beat = setInterval(() => void payload.heartbeat().catch(() => (isDealtAnew = true)), heartbeatMs);
  try {
    if (fresh.has(batch.partition)) {
      const position = await handler.position(partition, isLost);
      if (isLost()) return;
      fresh.delete(batch.partition);
      if (position !== undefined && position !== Number(first.offset)) {
        consumer.seek({ ...partition, offset: String(position) });
        return;
      }
    }
    const { done, seek } = await handler.handle(partition, batch.messages.map(recordOf), isLost);
    // Also when the consumer is stopping or the group is dealing out anew: what is done need not be done again.
    if (done !== undefined)
      await payload.commitOffsetsIfNecessary(hint(partition, done)).catch(() => undefined);
    if (isLost()) return;
    if (seek === undefined) payload.resolveOffset(last.offset);
    else consumer.seek({ ...partition, offset: String(seek) });
  } finally {
    clearInterval(beat);
  }
}

function hint(
  { topic, partition }: PartitionId,
  offset: number,
): Parameters<EachBatchPayload["commitOffsetsIfNecessary"]>[0] {
  return { topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] };
}

interface Life extends Running {
  /** Tells an error of ours that the client must not try again; passes its own errors back to it. */
  readonly failed: (error: unknown) => never;
}

/**
 * Fails when a consumer can't go on: its crash, or an error in what it calls. A crash that the client gets over by
 * itself disconnects it too, so that events of stopping say nothing here.
 */
function lifeOf(consumer: Consumer): Life {
  let fail: ((error: unknown) => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(explained(payload.error));
    });
  });
  // Whoever waits hears of it all the same; without this an error nobody waits for yet would end the process.
  ended.catch(() => undefined);
  return {
    ended,
    failed(error) {
      if (!isOfClient(error)) fail?.(error);
      throw error;
    },
    stop: () => inTime(consumer.disconnect()),
  };
}

/** What the client can't unpack stays so however often it is read. */
function explained(error: Error): Error {
  if (error.name !== "KafkaJSNotImplemented") return error;
  return new Error(
    `a topic holds records that can't be read here (${error.message}); let its producers use gzip or no compression`,
    {
      cause: error,
    },
  );
}

/** Errors of the client itself; it knows which of them pass. */
function isOfClient(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith("KafkaJS");
}

/** Waits for work that ends a role, but not for ever. */
export async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, stopWithinMs)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
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
