import { RecentActions } from "../detect/recent-actions.ts";
import { IdentityStates } from "../learn/identity-states.ts";
import { Backlog } from "./backlog.ts";
import { EarlyAnswers } from "./early-answers.ts";
import { ChunkReader } from "./chunk.ts";
import { judge, type JudgedChunk } from "./judge.ts";
import { outboxAlert } from "./outbox-alert.ts";
import type { Offered, WorkerOptions } from "./partition-worker.ts";
import type { ChunkPlan, PartitionId, Progress, TakenResponse } from "./ports.ts";

/** What is known of a partition that is ours. */
interface Owned {
  readonly generation: number;
  progress: Progress | undefined;
  readonly states: IdentityStates;
  readonly recent: RecentActions;
  readonly early: EarlyAnswers;
}

/** A state with its key is seldom smaller: so many are read at most when a partition is taken over. */
const stateBytesMin = 256;
/** States that are read before it is looked whether they fit. */
const loadedAtOnce = 10_000;

/**
 * A partition's chunks, one after the other, by the commit protocol: plan ahead → read, judge, step → store rows → store
 * state and position together. After a crash anywhere the next owner starts at the stored position, finds the plan of the
 * chunk that was under way, cuts the same, judges under the same control position, and so writes the same rows under the
 * same tokens.
 */
export class ChunkLine {
  readonly backlog = new Backlog();
  readonly #partition: PartitionId;
  readonly #options: WorkerOptions;
  readonly #reader: ChunkReader;
  #owned: Owned | undefined;
  #plan: ChunkPlan | undefined;
  /** Judged once, however often storing it fails: judging has moved the state on. */
  #judged: JudgedChunk | undefined;
  /** What was done about its findings, likewise. */
  #taken: readonly TakenResponse[] | undefined;

  constructor(partition: PartitionId, options: WorkerOptions) {
    this.#partition = partition;
    this.#options = options;
    this.#reader = new ChunkReader(options.attributor, options.limits);
  }

  /** Where the partition stands; undefined when it isn't claimed, or was never seen. */
  get progress(): Progress | undefined {
    return this.#owned?.progress;
  }

  /** Claims the partition unless it is ours; gives where it stands. */
  async claim(): Promise<Progress | undefined> {
    return (await this.#claimed()).progress;
  }

  /** Lets go of the partition; its records stay. */
  disown(): void {
    this.#owned?.states.release();
    this.#owned = undefined;
    this.#plan = undefined;
    this.#judged = undefined;
    this.#taken = undefined;
  }

  /**
   * Stores chunks while there are records, and, if it `flushes`, one when there are none but some held back. Fenced, the
   * partition is disowned.
   */
  async work(flushes: boolean): Promise<Offered> {
    const { store, control } = this.#options;
    const { backlog } = this;
    const owned = await this.#claimed();
    const isHolding = flushes && backlog.isHolding(owned.progress);
    for (let isFirst = true; !backlog.isEmpty || (isFirst && isHolding); isFirst = false) {
      if (this.#plan === undefined) {
        const proposal = backlog.propose(owned.progress, await control.head(), flushes, this.#options);
        const answer = await store.plan(this.#partition, owned.generation, proposal);
        if (answer.kind === "fenced") return this.#fenced();
        this.#plan = answer.plan;
      }
      // A plan found in the store may reach beyond what has been fetched so far: wait for the rest.
      if (backlog.last + 1 < this.#plan.next) break;
      if (!(await this.#doChunk(owned, this.#plan))) return this.#fenced();
      this.#plan = undefined;
    }
    return owned.progress?.heldFrom;
  }

  #fenced(): "fenced" {
    this.disown();
    return "fenced";
  }

  async #claimed(): Promise<Owned> {
    this.#owned ??= await take(this.#partition, this.#options);
    return this.#owned;
  }

  /** Says whether the partition is still ours. */
  async #doChunk(owned: Owned, plan: ChunkPlan): Promise<boolean> {
    const options = this.#options;
    this.#judged ??= await judge(
      this.#partition,
      owned,
      plan,
      this.backlog.chunk(plan),
      this.#reader,
      options,
    );
    if (this.#judged === undefined) return false;
    const { counts, progress, records, stepped } = this.#judged;
    await this.#store(owned, plan, this.#judged);
    this.#judged = undefined;
    this.#taken = undefined;
    owned.progress = progress;
    this.backlog.done(records, progress);
    const { size: identities, bytes } = owned.states;
    options.onChunk?.(this.#partition, plan, counts, {
      identities,
      bytes,
      unadmitted: stepped.unadmitted,
      findings: stepped.findings,
      responses: stepped.responses,
    });
    return true;
  }

  /** Rows first, position and states last: whoever finds the position finds all that is before it. */
  async #store({ generation, early }: Owned, plan: ChunkPlan, judged: JudgedChunk): Promise<void> {
    const { sums, stepped, places, states, counts, progress } = judged;
    const { store, deadLetters } = this.#options;
    const { columns } = this.#reader;
    // What must stop is stopped before anything is stored: guards hear of it in the time that one log takes. Told again after a
    // crash, as the same log gives the same responses, it is the same answer to the same finding.
    this.#taken ??= await early.take(stepped.responses);
    if (sums.deadLetters.length > 0) await deadLetters.put(sums.deadLetters);
    await store.write(this.#partition, plan, {
      actions: { columns, judgements: stepped.judgements, places },
      findings: stepped.findings,
      alerts: stepped.alerts.map(outboxAlert),
      responses: this.#taken,
    });
    await store.save(this.#partition, { plan, generation, counts, progress, states });
  }
}

async function take(partition: PartitionId, options: WorkerOptions): Promise<Owned> {
  const { detectors, stateBudget, statesReadyMax } = options;
  const states = new IdentityStates({ detectors, budget: stateBudget, readyMax: statesReadyMax });
  let loaded = 0;
  try {
    const early = new EarlyAnswers(options.standings);
    const statesMax = Math.ceil(stateBudget.bytesMax / stateBytesMin);
    const { generation, progress, isComplete } = await options.store.claim(
      partition,
      statesMax,
      (key, { packed, actions }) => {
        states.load(key, packed, actions);
        loaded += 1;
        if (loaded % loadedAtOnce === 0) states.makeRoom();
      },
    );
    states.makeRoom();
    if (!isComplete) states.missSome();
    return { generation, progress, states, recent: new RecentActions(progress?.latestUs ?? 0), early };
  } catch (error) {
    states.release();
    throw error;
  }
}
