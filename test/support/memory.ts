import { PolicyBook } from "../../policy/book.ts";
import type {
  ActionKey,
  Checkpoint,
  ChunkPlan,
  ChunkRows,
  ControlFeed,
  DeadLetter,
  DeadLetters,
  DetectStore,
  LoadedState,
  PartitionId,
  Progress,
  SavedState,
  Standings,
  TakeState,
} from "../../detector/stream/ports.ts";
import { standingRecord } from "../../detector/respond/respond.ts";
import type { Response } from "../../schemas/index.ts";
import { actionsOf, type StoredAction } from "./actions.ts";

/** Thrown by the fault injector in place of the process dying. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/**
 * Decides at each awaited call whether the process dies before it, after it took effect, or not at all; a promise stops
 * the process before the call until it resolves, as SIGSTOP and SIGCONT do.
 */
export type Fault = () => "none" | "before" | "after" | Promise<void>;

export const noFault: Fault = () => "none";

/** A store, and the logs beside it. */
export type MemoryStore = DetectStore & DeadLetters & Standings;

/** Rows a store ended up with, each table as text in a fixed order, so that two runs can be compared byte for byte. */
export interface StoreContent {
  readonly actions: readonly string[];
  readonly findings: readonly string[];
  readonly alerts: readonly string[];
  readonly responses: readonly string[];
  /** What readers of the log of standings know, whoever said it how often. */
  readonly standings: readonly string[];
  readonly deadLetters: readonly string[];
  readonly states: readonly string[];
  readonly position: number | undefined;
  /** Action rows that were inserted, those included that replaced one of the same key. */
  readonly rowsInserted: number;
}

/**
 * A store in memory that behaves like ClickHouse where it matters: an insert whose token was seen is dropped whole,
 * whatever it holds; tables replace by key. It outlives the workers that write to it, as a server does.
 */
export function memoryStore(): {
  store: (fault: Fault) => MemoryStore;
  content: () => StoreContent;
} {
  const tokens = new Set<string>();
  const actions = new Map<string, StoredAction>();
  const tables = {
    findings: new Map<string, string>(),
    alerts: new Map<string, string>(),
    responses: new Map<string, string>(),
  };
  /** By what it answers: a reader takes no notice of a second answer to one finding. */
  const standings = new Map<string, string>();
  const letters = new Map<string, string>();
  const plans = new Map<number, ChunkPlan>();
  const states = new Map<string, { version: number; state: SavedState }>();
  let progress: Progress | undefined;
  let generation = 0;
  let rowsInserted = 0;

  const insert = (token: string, apply: () => void): void => {
    if (tokens.has(token)) return;
    tokens.add(token);
    apply();
  };

  const store = (fault: Fault): MemoryStore => {
    const guarded = async <T>(work: () => T): Promise<T> => {
      const when = fault();
      if (when === "before") throw new Crash();
      if (when instanceof Promise) await when;
      const result = work();
      if (when === "after") throw new Crash();
      return result;
    };
    const token = (table: string, { chunk, from, next }: ChunkPlan): string =>
      `${table}:${String(chunk)}:${String(from)}-${String(next - 1)}`;
    return {
      claim: (_partition: PartitionId, statesMax: number, take: TakeState) =>
        guarded(() => {
          generation += 1;
          const all = [...states].toSorted(([, one], [, other]) => one.state.actions - other.state.actions);
          for (const [key, { state, version }] of all.slice(-statesMax)) take(key, loadedOf(state, version));
          return { generation, progress, isComplete: all.length <= statesMax };
        }),
      states: (_partition: PartitionId, keys: readonly string[]) =>
        guarded(() => {
          const found = new Map<string, LoadedState>();
          for (const key of keys) {
            const known = states.get(key);
            if (known !== undefined) found.set(key, loadedOf(known.state, known.version));
          }
          return found;
        }),
      stored: (_partition: PartitionId, asked: readonly ActionKey[]) =>
        guarded(() => {
          const isElsewhere = (one: ActionKey): boolean => {
            const { offset, index } = actions.get(keyOf(one))?.position ?? one;
            return offset !== one.offset || index !== one.index;
          };
          return new Set(asked.flatMap((one, nth) => (isElsewhere(one) ? [nth] : [])));
        }),
      plan: (_partition: PartitionId, mine: number, proposal: ChunkPlan) =>
        guarded(() => {
          insert(`plan:${String(proposal.chunk)}`, () => plans.set(proposal.chunk, proposal));
          const plan = plans.get(proposal.chunk) ?? proposal;
          return mine !== generation || (progress?.chunk ?? 0) > proposal.chunk
            ? { kind: "fenced" }
            : { kind: "planned", plan };
        }),
      write: async (_partition: PartitionId, plan: ChunkPlan, rows: ChunkRows) => {
        // Four inserts, and a crash between any two of them.
        await guarded(() =>
          insert(token("actions", plan), () => {
            const all = actionsOf(rows.actions);
            rowsInserted += all.length;
            // The first row of an action stays, wherever it comes from.
            for (const row of all) {
              const before = actions.get(keyOf(row));
              if (before === undefined || row.ordinal <= before.ordinal) actions.set(keyOf(row), row);
            }
          }),
        );
        await guarded(() =>
          insert(token("findings", plan), () =>
            rows.findings.forEach((row) => tables.findings.set(row.id, JSON.stringify(row))),
          ),
        );
        await guarded(() =>
          insert(token("responses", plan), () =>
            rows.responses.forEach((row) => tables.responses.set(row.id, JSON.stringify(row))),
          ),
        );
        await guarded(() =>
          insert(token("alerts", plan), () =>
            rows.alerts.forEach((row) => tables.alerts.set(row.id, JSON.stringify(row))),
          ),
        );
      },
      save: (_partition: PartitionId, checkpoint: Checkpoint) =>
        guarded(() =>
          insert(token("checkpoint", checkpoint.plan), () => {
            const version = checkpoint.plan.chunk;
            if (version >= (progress?.chunk ?? 0)) progress = checkpoint.progress;
            for (const [key, state] of checkpoint.states)
              if ((states.get(key)?.version ?? -1) <= version) states.set(key, { version, state });
          }),
        ),
      set: (responses: readonly Response[]) =>
        guarded(() => {
          for (const response of responses) {
            const record = standingRecord(response);
            if (record?.kind !== "standing_set") continue;
            const key = JSON.stringify([record.author, record.findingId, record.subject]);
            if (!standings.has(key)) standings.set(key, JSON.stringify(record));
          }
          return 0;
        }),
      put: (all: readonly DeadLetter[]) =>
        guarded(() =>
          all.forEach((one) =>
            letters.set(`${String(one.offset)}:${String(one.index)}`, JSON.stringify(one)),
          ),
        ),
    };
  };
  const sorted = (rows: Iterable<string>): readonly string[] => [...rows].toSorted();
  const content = (): StoreContent => ({
    actions: sorted([...actions.values()].map((row) => JSON.stringify(row))),
    findings: sorted(tables.findings.values()),
    alerts: sorted(tables.alerts.values()),
    responses: sorted(tables.responses.values()),
    standings: sorted(standings.values()),
    deadLetters: sorted(letters.values()),
    states: sorted([...states].map(([key, { state }]) => `${key}=${state.packed.toString("hex")}`)),
    position: progress?.heldFrom,
    rowsInserted,
  });
  return { store, content };
}

/** What makes an action one and no other, as in the table's sorting key. */
const keyOf = (key: Omit<ActionKey, "offset" | "index">): string =>
  JSON.stringify([key.tenant, key.identityId, key.startedAtUs, key.id]);

const loadedOf = ({ packed, actions }: SavedState, chunk: number): LoadedState => ({
  packed,
  actions,
  chunk,
});

/** A control log that holds nothing, or what a book was given. */
export function stillControl(
  book: Awaited<ReturnType<ControlFeed["book"]>> = new PolicyBook(),
  head = 0,
): ControlFeed {
  return { head: async () => head, book: async () => book };
}
