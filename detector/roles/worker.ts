import type { Config } from "../config/config.ts";
import { detectors } from "../detect/index.ts";
import { withPatterns } from "../detect/patterns.ts";
import { learningOf } from "../learn/learning.ts";
import { switchedOff } from "../detect/switched-off.ts";
import { partitionWorker, type PartitionWorker, type WorkerOptions } from "../stream/partition-worker.ts";
import type { ControlFeed, DeadLetters, DetectStore, PartitionId, Standings } from "../stream/ports.ts";
import type { StateBudget } from "../learn/identity-states.ts";
import type { Attributor } from "../attribute/table.ts";
import type { Context } from "./context.ts";
import { countedLetters, measuredStore } from "./measured-store.ts";
import type { PartitionMetrics } from "./partition-metrics.ts";

export interface WorkerParts {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly standings: Standings;
  readonly attributor: Attributor;
  readonly partitions: PartitionMetrics;
  /** How long an action waits for others that ended before it; 0 for not at all. */
  readonly windowMs: number;
}

type Judging = Pick<
  WorkerOptions,
  "detectors" | "limits" | "recordsMax" | "bytesMax" | "statesReadyMax" | "newPerHourMax" | "learning"
>;

/** One budget for all workers of this process. */
const budgets = new WeakMap<Context, StateBudget>();

function budgetOf(context: Context): StateBudget {
  const budget = budgets.get(context) ?? { bytesMax: context.config.state.bytesMax, bytes: 0 };
  budgets.set(context, budget);
  return budget;
}

/** What the settings say of how actions are judged; all that judges as the service does begins with this. */
export function judgingOf(config: Config): Judging {
  return {
    detectors: switchedOff(withPatterns(detectors, config.patterns), config.rules.off),
    limits: config.limits,
    recordsMax: config.chunk.recordsMax,
    bytesMax: config.chunk.bytesMax,
    statesReadyMax: config.state.readyMax,
    newPerHourMax: config.identities.newPerHourMax,
    learning: learningOf(config.learning),
  };
}

/** A worker as every role runs it: all detectors, the configured limits, and its sums on the metrics. */
export function newWorker(
  context: Context,
  { store, control, deadLetters, standings, attributor, partitions, windowMs }: WorkerParts,
  partition: PartitionId,
): PartitionWorker {
  const { clock, config, telemetry, log } = context;
  const letters = countedLetters(deadLetters, telemetry);
  return partitionWorker(partition, {
    store: measuredStore(store, partitions, telemetry, clock),
    control,
    deadLetters: letters,
    standings,
    attributor,
    ...judgingOf(config),
    stateBudget: budgetOf(context),
    windowUs: windowMs * 1000,
    onChunk: (
      { topic, partition: number },
      _plan,
      counts,
      { identities, bytes, unadmitted, findings, responses },
    ) => {
      // All in one go: whoever looks sees the sums agree.
      telemetry.count("answerable_detect_accepted_records_total", {}, counts.records);
      telemetry.count(
        "answerable_detect_accepted_spans_total",
        {},
        counts.spans + counts.carried - counts.held,
      );
      telemetry.count("answerable_spans_total", { outcome: "action" }, counts.actions);
      telemetry.count("answerable_spans_total", { outcome: "no_action" }, counts.noAction);
      telemetry.count("answerable_spans_total", { outcome: "duplicate" }, counts.duplicates);
      telemetry.count("answerable_spans_total", { outcome: "dead_lettered" }, counts.deadLettered);
      telemetry.count("answerable_unadmitted_actions_total", {}, unadmitted);
      telemetry.count("answerable_findings_total", {}, counts.findings);
      for (const { hidden } of findings)
        if (hidden !== undefined)
          telemetry.count("answerable_hidden_findings_total", {
            by: hidden.by.startsWith("storm") ? "storm" : "suppression",
          });
      for (const { kind } of responses) telemetry.count("answerable_responses_total", { kind });
      letters.countStored();
      partitions.reportState({ topic, partition: number }, { identities, bytes, actions: counts.held });
      if (counts.deadLettered > 0)
        log("warn", "spans could not be read", { topic, partition: number, count: counts.deadLettered });
    },
  });
}
