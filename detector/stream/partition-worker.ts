import { authorise } from "../authorise/authorise.ts";
import type { Attributor } from "../attribute/table.ts";
import type { DecodeLimits } from "../decode/index.ts";
import type { Detector } from "../detect/detector.ts";
import { step, type Stepped } from "../detect/step.ts";
import { computedId } from "../attribute/ids.ts";
import { type IdentityState, packState, unpackState } from "../learn/identity-state.ts";
import type {
  ChunkCounts,
  ChunkPlan,
  ControlFeed,
  DeadLetters,
  DetectStore,
  LogRecord,
  Ownership,
  OutboxAlert,
  PartitionId,
} from "./ports.ts";
import { readRecord, type RecordContent } from "./read-record.ts";

export interface WorkerOptions {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly attributor: Attributor;
  readonly detectors: readonly Detector[];
  readonly limits: DecodeLimits;
  /** Most records and bytes of one chunk. */
  readonly recordsMax: number;
  readonly bytesMax: number;
  /** Told of each chunk once its position is saved. */
  readonly onChunk?: (partition: PartitionId, plan: ChunkPlan, counts: ChunkCounts) => void;
}

/** One partition's detector: the only one who touches its state. */
export interface PartitionWorker {
  /** Offset of the next record to be stored; undefined on a partition never seen. Claims the partition first. */
  position(): Promise<number | undefined>;
  /**
   * Takes the records that follow, in order, and stores all that make up chunks. Records before the position are passed
   * over. Resolves with the offset up to which everything is stored, or "fenced" when somebody else owns the partition.
   */
  offer(records: readonly LogRecord[]): Promise<number | "fenced" | undefined>;
}

/**
 * The commit protocol: plan ahead → read, judge, step → store rows → store state and position together. After a crash
 * anywhere the next owner starts at the stored position, finds the plan of the chunk that was under way, cuts the same,
 * judges under the same control position, and so writes the same rows under the same tokens.
 */
export function partitionWorker(partition: PartitionId, options: WorkerOptions): PartitionWorker {
  let owned:
    | { generation: number; position: number | undefined; states: Map<string, IdentityState> }
    | undefined;
  let buffer: LogRecord[] = [];
  let plan: ChunkPlan | undefined;

  async function own(): Promise<NonNullable<typeof owned>> {
    owned ??= unpack(await options.store.claim(partition));
    return owned;
  }

  async function planned(proposal: ChunkPlan, generation: number): Promise<ChunkPlan | undefined> {
    const answer = await options.store.plan(partition, generation, proposal);
    return answer.kind === "planned" ? answer.plan : undefined;
  }

  async function storeChunk(current: NonNullable<typeof owned>, chunkPlan: ChunkPlan): Promise<void> {
    const records = buffer.filter((record) => record.offset < chunkPlan.next);
    const book = await options.control.book(chunkPlan.control);
    const contents = records.map((record) =>
      readRecord(partition, record, options.attributor, options.limits),
    );
    const judged = contents
      .flatMap((content) => content.actions)
      .map((one) => ({ ...one, authority: authorise(book, chunkPlan.control, one.action) }));
    const stepped = step(current.states, judged, options.detectors);
    const counts = countsOf(records.length, contents, stepped);
    const letters = contents.flatMap((content) => content.deadLetters);
    if (letters.length > 0) await options.deadLetters.put(letters);
    const alerts = stepped.alerts.map(outboxAlert);
    await options.store.write(partition, chunkPlan, {
      actions: stepped.actions,
      findings: stepped.findings,
      alerts,
    });
    const states = new Map([...stepped.changed].map(([key, state]) => [key, packState(state)]));
    await options.store.save(partition, { plan: chunkPlan, generation: current.generation, counts, states });
    for (const [key, state] of stepped.changed) current.states.set(key, state);
    current.position = chunkPlan.next;
    buffer = buffer.filter((record) => record.offset >= chunkPlan.next);
    options.onChunk?.(partition, chunkPlan, counts);
  }

  return {
    position: async () => (await own()).position,
    async offer(records) {
      const current = await own();
      const known = buffer.at(-1)?.offset ?? (current.position ?? 0) - 1;
      buffer = buffer.concat(records.filter((record) => record.offset > known));
      while (buffer.length > 0) {
        const control = plan === undefined ? await options.control.head() : 0;
        plan ??= await planned(propose(current.position, buffer, control, options), current.generation);
        if (plan === undefined) {
          owned = undefined;
          buffer = [];
          return "fenced";
        }
        // A plan found in the store may reach beyond what has been fetched so far: wait for the rest.
        if ((buffer.at(-1)?.offset ?? 0) + 1 < plan.next) break;
        await storeChunk(current, plan);
        plan = undefined;
      }
      return current.position;
    },
  };
}

function unpack({ generation, position, states }: Ownership): {
  generation: number;
  position: number | undefined;
  states: Map<string, IdentityState>;
} {
  return {
    generation,
    position,
    states: new Map([...states].map(([key, text]) => [key, unpackState(text)])),
  };
}

/** The cut we would make: as many records as the limits allow, at least one. */
function propose(
  position: number | undefined,
  buffer: readonly LogRecord[],
  control: number,
  { recordsMax, bytesMax }: WorkerOptions,
): ChunkPlan {
  let next = position ?? 0;
  let bytes = 0;
  for (const record of buffer.slice(0, recordsMax)) {
    bytes += record.value.byteLength;
    if (bytes > bytesMax && record !== buffer[0]) break;
    next = record.offset + 1;
  }
  return { from: position ?? buffer[0]?.offset ?? 0, next, control };
}

function countsOf(records: number, contents: readonly RecordContent[], stepped: Stepped): ChunkCounts {
  const sum = (of: (content: RecordContent) => number): number =>
    contents.reduce((total, one) => total + of(one), 0);
  return {
    records,
    spans: sum((one) => one.spans),
    actions: stepped.actions.length,
    noAction: sum((one) => one.noAction),
    duplicates: stepped.duplicates,
    deadLettered: sum((one) => one.deadLetters.length),
    findings: stepped.findings.length,
  };
}

function outboxAlert(alert: Stepped["alerts"][number]): OutboxAlert {
  return {
    id: computedId("alert", alert.data.episodeId, alert.data.severity),
    tenant: alert.data.tenant,
    episodeId: alert.data.episodeId,
    atUs: Date.parse(alert.timestamp) * 1000,
    body: JSON.stringify(alert),
  };
}
